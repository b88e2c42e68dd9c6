@echo off
rem Memasang Meja Verval dari tas ini. Tidak perlu internet atau hak admin.
title Pasang Meja Verval
chcp 65001 >nul
set PYTHONUTF8=1
cd /d "%~dp0"
for %%v in (@PYTHON@) do (
  py -%%v -c "import venv" >nul 2>nul && (
    py -%%v pasang.py %*
    goto selesai
  )
)
for %%v in (@PYTHON@) do (
  python -c "import sys, venv; sys.exit(sys.version.split('.')[:2] != '%%v'.split('.'))" >nul 2>nul && (
    python pasang.py %*
    goto selesai
  )
)
echo Belum ada Python yang cocok di komputer ini (perlu salah satu: @PYTHONS@).
for %%f in (python\python-3.*-amd64.exe) do (
  echo Pemasang Python dibuka sekarang: pilih "Install Now". Sesudah selesai, jalankan berkas ini lagi.
  start "" "%%f"
  goto selesai
)
echo Minta pemasang Python kepada yang membuat tas ini, pasang, lalu ulangi.
:selesai
pause
