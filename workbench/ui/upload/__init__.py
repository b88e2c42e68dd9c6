"""A button that takes one file into the kernel."""

from workbench.ui.upload.button import UploadButton

__all__ = ["UploadButton"]
