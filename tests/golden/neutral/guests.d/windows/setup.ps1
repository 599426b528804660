# Run as SYSTEM by a task, once Windows is installed: makes true what setup.json beside this file says, and turns the
# machine off. After a failure it leaves the machine on and tries again at the next start.
param([switch] $FirstBoot)

$ErrorActionPreference = 'Stop'
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$state = Join-Path $env:ProgramData 'miniascape'

# Says something on the serial console, and in a log.
function Say([string] $text) {
    New-Item -ItemType Directory -Force -Path $state | Out-Null
    Add-Content -Path (Join-Path $state 'setup.log') -Value $text -Encoding UTF8
    try {
        $port = New-Object System.IO.Ports.SerialPort 'COM1', 115200
        $port.WriteTimeout = 5000
        $port.Open()
        $port.WriteLine($text)
        $port.Close()
    } catch {
        # A machine without that port is no fault.
    }
}

# Runs a program that says by its status whether it failed.
function Invoke-Program([string] $program, [string[]] $arguments, [int[]] $fine = @(0)) {
    $output = & $program @arguments 2>&1 | Out-String
    if ($fine -notcontains $LASTEXITCODE) {
        throw "$program ended with status ${LASTEXITCODE}: $output"
    }
}

# Runs a script of the site; returns whether it succeeded.
function Invoke-Script([string] $path) {
    $process = Start-Process -FilePath 'powershell.exe' -Wait -PassThru -WindowStyle Hidden -ArgumentList @(
        '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', "`"$path`"")
    if ($process.ExitCode -ne 0) {
        Say "miniascape: $(Split-Path -Leaf $path) ended with status $($process.ExitCode)"
    }
    return $process.ExitCode -eq 0
}

function Write-Script([string] $path, [string] $text) {
    # PowerShell 5.1 takes a script without this mark for one in the code page of its system.
    [IO.File]::WriteAllText($path, $text, (New-Object Text.UTF8Encoding $true))
}

# Replaces a password that is known by one that nobody knows, and closes the account.
function Lock-Account($account) {
    $bytes = New-Object byte[] 32
    [Security.Cryptography.RandomNumberGenerator]::Create().GetBytes($bytes)
    $password = ConvertTo-SecureString -AsPlainText -Force ('Aa1!' + [Convert]::ToBase64String($bytes))
    Set-LocalUser -SID $account.SID -Password $password
    Disable-LocalUser -SID $account.SID
}

function Wait-ForSetup {
    $setup = 'HKEY_LOCAL_MACHINE\SYSTEM\Setup'
    $image = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State'
    while ([Microsoft.Win32.Registry]::GetValue($setup, 'SystemSetupInProgress', 0) -ne 0 -or
        [Microsoft.Win32.Registry]::GetValue($setup, 'OOBEInProgress', 0) -ne 0 -or
        [Microsoft.Win32.Registry]::GetValue($image, 'ImageState', '') -ne 'IMAGE_STATE_COMPLETE') {
        Start-Sleep -Seconds 5
    }
}

# CDs stand where volumes of the site may go.
function Set-Letters($disks) {
    $free = [int][char] 'Z'
    foreach ($drive in Get-CimInstance Win32_Volume -Filter 'DriveType = 5') {
        while (Test-Path ('{0}:\' -f [char] $free)) { $free-- }
        Set-CimInstance -InputObject $drive -Property @{ DriveLetter = '{0}:' -f [char] $free }
        $free--
    }
    for ($disk = 0; $disk -lt $disks.Count; $disk++) {
        foreach ($part in @($disks[$disk])) {
            if (-not $part.letter) { continue }
            $found = Get-Partition -DiskNumber $disk -PartitionNumber $part.partition
            if ([string] $found.DriveLetter -ne $part.letter) {
                Set-Partition -InputObject $found -NewDriveLetter $part.letter
            }
        }
    }
}

# The other drivers and the guest agent, from the medium that Setup had some of.
function Install-GuestTools {
    foreach ($drive in Get-CimInstance Win32_Volume -Filter 'DriveType = 5') {
        foreach ($package in 'virtio-win-gt-x64.msi', 'guest-agent\qemu-ga-x86_64.msi') {
            $path = Join-Path $drive.Name $package
            if (Test-Path -LiteralPath $path) {
                $process = Start-Process -FilePath 'msiexec.exe' -Wait -PassThru -ArgumentList @(
                    '/i', "`"$path`"", '/qn', '/norestart')
                # 3010: done, and a restart is due, which comes anyway.
                if (0, 1638, 3010 -notcontains $process.ExitCode) {
                    throw "$package could not be installed: status $($process.ExitCode)"
                }
            }
        }
    }
}

function Get-Adapter([string] $mac) {
    $found = @(Get-NetAdapter | Where-Object { $_.MacAddress -eq $mac })
    if ($found.Count -eq 0) { throw "there is no interface $mac" }
    return $found[0]
}

function Set-Interfaces($interfaces) {
    foreach ($interface in $interfaces) {
        $adapter = Get-Adapter $interface.mac
        if ($interface.bootproto -eq 'none') {
            Disable-NetAdapterBinding -Name $adapter.Name -ComponentID 'ms_tcpip', 'ms_tcpip6'
            continue
        }
        foreach ($ip in Get-NetIPInterface -InterfaceIndex $adapter.ifIndex) {
            if ($interface.mtu -gt 0) {
                $ip | Set-NetIPInterface -NlMtuBytes $interface.mtu
            }
            if ($interface.nodefroute) {
                $ip | Set-NetIPInterface -IgnoreDefaultRoutes Enabled
            }
        }
    }
}

function Set-Accounts($setup) {
    foreach ($group in $setup.groups) {
        if (-not (Get-LocalGroup | Where-Object { $_.Name -eq $group })) {
            New-LocalGroup -Name $group | Out-Null
        }
    }
    $members = { param($group) @(Get-LocalGroupMember @group | ForEach-Object { $_.SID.Value }) }
    foreach ($user in $setup.users) {
        $account = Get-LocalUser | Where-Object { $_.Name -eq $user.name }
        $groups = @($user.groups | ForEach-Object { @{ Name = $_ } })
        # Its name is another one in each language.
        if ($user.admin) { $groups += @{ SID = 'S-1-5-32-544' } }
        foreach ($group in $groups) {
            if ((& $members $group) -notcontains $account.SID.Value) {
                Add-LocalGroupMember @group -Member $account
            }
        }
        if ($user.lock) { Lock-Account $account }
    }
    $administrator = Get-LocalUser | Where-Object { $_.SID.Value -like 'S-1-5-21-*-500' }
    if ($setup.administrator) { Enable-LocalUser -SID $administrator.SID } else { Lock-Account $administrator }
}

# The ports of services that the firewall lets in by name.
$ports = @{
    'dns' = '53/tcp', '53/udp'
    'ftp' = , '21/tcp'
    'http' = , '80/tcp'
    'https' = , '443/tcp'
    'imap' = , '143/tcp'
    'imaps' = , '993/tcp'
    'ldap' = , '389/tcp'
    'ldaps' = , '636/tcp'
    'mssql' = , '1433/tcp'
    'ntp' = , '123/udp'
    'rdp' = '3389/tcp', '3389/udp'
    'samba' = '139/tcp', '445/tcp'
    'smtp' = , '25/tcp'
    'ssh' = , '22/tcp'
    'telnet' = , '23/tcp'
}

function Set-Firewall($setup) {
    $enabled = if ($setup.firewall.enabled) { 'True' } else { 'False' }
    Set-NetFirewallProfile -All -Enabled $enabled
    Get-NetFirewallRule | Where-Object { $_.Name -like 'miniascape-*' } | Remove-NetFirewallRule
    $wanted = @($setup.firewall.ports) + @($setup.firewall.services | ForEach-Object { $ports[$_] })
    foreach ($port in $wanted | Where-Object { $_ } | Select-Object -Unique) {
        $number, $protocol = $port.Split('/')
        New-NetFirewallRule -Name "miniascape-$number-$protocol" -DisplayName "miniascape $port" -Direction Inbound `
            -Action Allow -Protocol $protocol.ToUpperInvariant() -LocalPort $number | Out-Null
    }
    foreach ($device in $setup.firewall.trusted) {
        $interface = @($setup.interfaces | Where-Object { $_.device -eq $device })[0]
        $adapter = Get-Adapter $interface.mac
        New-NetFirewallRule -Name "miniascape-$device" -DisplayName "miniascape $device" -Direction Inbound `
            -Action Allow -InterfaceAlias $adapter.Name | Out-Null
    }
}

function Set-Services($setup) {
    foreach ($service in $setup.enabled) { Set-Service -Name $service -StartupType Automatic }
    foreach ($service in $setup.disabled) {
        Stop-Service -Name $service -Force
        Set-Service -Name $service -StartupType Disabled
    }
}

function Set-Time($servers) {
    if (-not $servers) { return }
    Set-Service -Name 'w32time' -StartupType Automatic
    Start-Service -Name 'w32time'
    # 0x8: as a client.
    $peers = ($servers | ForEach-Object { "$_,0x8" }) -join ' '
    Invoke-Program 'w32tm.exe' @('/config', "/manualpeerlist:$peers", '/syncfromflags:manual', '/update')
}

function Set-Proxy($setup) {
    if (-not $setup.proxy) { return }
    $arguments = @('winhttp', 'set', 'proxy', "proxy-server=$($setup.proxy)")
    if ($setup.no_proxy) { $arguments += "bypass-list=$($setup.no_proxy -join ';')" }
    Invoke-Program 'netsh.exe' $arguments
}

function Set-Hosts($lines) {
    $path = Join-Path $env:SystemRoot 'System32\drivers\etc\hosts'
    $there = @(Get-Content -LiteralPath $path)
    foreach ($line in $lines | Where-Object { $there -notcontains $_ }) {
        Add-Content -LiteralPath $path -Value $line -Encoding ASCII
    }
}

function Write-Files($files) {
    foreach ($file in $files) {
        $path = Join-Path $env:SystemDrive ($file.path -replace '/', '\')
        [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($path)) | Out-Null
        [IO.File]::WriteAllBytes($path, [Convert]::FromBase64String($file.base64))
    }
}

function Invoke-PostScripts($scripts) {
    $number = 0
    foreach ($script in $scripts | Where-Object { $_.when -eq 'post' }) {
        $number++
        $path = Join-Path $here "post-$number.ps1"
        Write-Script $path $script.run
        $succeeded = Invoke-Script $path
        Remove-Item -LiteralPath $path
        if (-not $succeeded -and $script.on_error -eq 'fail') { throw "post-$number failed" }
    }
}

# Puts scripts for the first start where they are found then: one after the other, each removed once it has run.
function Save-FirstBootScripts($scripts) {
    $number = 0
    foreach ($script in $scripts | Where-Object { $_.when -eq 'firstboot' }) {
        $number++
        Write-Script (Join-Path $here ('firstboot-{0:d3}-{1}.ps1' -f $number, $script.on_error)) $script.run
    }
    if ($number -gt 0) {
        $run = "powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File $here\setup.ps1 -FirstBoot"
        Invoke-Program 'schtasks.exe' @(
            '/create', '/f', '/tn', 'miniascape-firstboot', '/sc', 'onstart', '/ru', 'SYSTEM', '/rl', 'highest', '/tr', $run)
    }
}

function Invoke-FirstBootScripts {
    foreach ($script in Get-ChildItem -Path $here -Filter 'firstboot-*.ps1' | Sort-Object Name) {
        if (-not (Invoke-Script $script.FullName) -and $script.Name -like '*-fail.ps1') { return }
        Remove-Item -LiteralPath $script.FullName
    }
    Invoke-Program 'schtasks.exe' @('/delete', '/f', '/tn', 'miniascape-firstboot')
    Remove-Item -LiteralPath (Join-Path $here 'setup.ps1')
}

if ($FirstBoot) {
    Invoke-FirstBootScripts
    exit
}

try {
    Wait-ForSetup
    $setup = [IO.File]::ReadAllText((Join-Path $here 'setup.json')) | ConvertFrom-Json
    Set-Letters $setup.disks
    Install-GuestTools
    Set-Interfaces $setup.interfaces
    Set-Accounts $setup
    Set-Hosts $setup.hosts
    Set-Time $setup.ntp
    Set-Proxy $setup
    Set-Firewall $setup
    Write-Files $setup.files
    Set-Services $setup
    Invoke-PostScripts $setup.scripts
    Save-FirstBootScripts $setup.scripts

    # Reached only when nothing failed that has to succeed.
    Invoke-Program 'schtasks.exe' @('/delete', '/f', '/tn', 'miniascape-setup')
    Remove-Item -LiteralPath (Join-Path $here 'setup.json'), (Join-Path $here 'SetupComplete.cmd')
    Say "miniascape: installed $($setup.name)"
    Set-Content -Path (Join-Path $state 'installed') -Value "miniascape: installed $($setup.name)" -Encoding UTF8
    Invoke-Program 'shutdown.exe' @('/s', '/t', '0', '/f')
} catch {
    Say "miniascape: failed: $_"
    exit 1
}
