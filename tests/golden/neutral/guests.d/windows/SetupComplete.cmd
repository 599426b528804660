@echo off
rem Run by Windows Setup when it is done, which must not be kept from ending nor restarted: a task does the rest.
schtasks.exe /create /f /tn miniascape-setup /sc onstart /ru SYSTEM /rl highest /tr "powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File %~dp0setup.ps1"
schtasks.exe /run /tn miniascape-setup
