"""A button that fetches a file from the kernel when it is pressed."""

from workbench.ui.download.button import DownloadButton

__all__ = ["DownloadButton"]
