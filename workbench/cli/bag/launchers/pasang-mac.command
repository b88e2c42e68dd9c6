#!/bin/sh
# Memasang Meja Verval dari tas ini. Tidak perlu internet.
cd "$(dirname "$0")" || exit 1
for versi in @PYTHON@; do
  for py in "/Library/Frameworks/Python.framework/Versions/$versi/bin/python3" "/opt/homebrew/bin/python$versi" "python$versi" python3; do
    if "$py" -c "import sys, venv; sys.exit(sys.version.split('.')[:2] != '$versi'.split('.'))" 2>/dev/null; then
      exec "$py" pasang.py "$@"
    fi
  done
done
echo "Belum ada Python yang cocok di komputer ini (perlu salah satu: @PYTHONS@)." >&2
for pemasang in python/*.pkg; do
  if [ -e "$pemasang" ]; then
    echo "Pemasang Python dibuka sekarang. Selesaikan, lalu jalankan berkas ini lagi." >&2
    open "$pemasang"
    exit 2
  fi
done
echo "Pasang Python untuk macOS, atau minta kepada yang membuat tas ini, lalu ulangi." >&2
exit 2
