#!/bin/sh
# Memasang Meja Verval dari tas ini. Tidak perlu internet atau hak admin.
cd "$(dirname "$0")" || exit 1
for versi in @PYTHON@; do
  for py in "python$versi" python3; do
    if "$py" -c "import sys, venv; sys.exit(sys.version.split('.')[:2] != '$versi'.split('.'))" 2>/dev/null; then
      "$py" pasang.py "$@"
      kode=$?
      [ -t 0 ] && { printf 'Tekan Enter untuk menutup ... '; read -r _; }
      exit $kode
    fi
  done
done
echo "Belum ada Python yang cocok di komputer ini (perlu salah satu: @PYTHONS@)." >&2
echo "Pasang Python dari pengelola paket, atau minta kepada yang membuat tas ini, lalu ulangi." >&2
[ -t 0 ] && { printf 'Tekan Enter untuk menutup ... '; read -r _; }
exit 2
