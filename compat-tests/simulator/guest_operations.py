"""Drives all guest managers of a simulator with pyvmomi and prints what came of it as one JSON object.

Arguments: host, port, and the base64 text of a certificate for aliases.
"""
import base64
import datetime
import http.client
import json
import ssl
import sys
import time
import urllib.parse

import ntlm
from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import VmomiSupport, vim, vmodl

host, port, certificate = sys.argv[1], int(sys.argv[2]), sys.argv[3]
unverified = ssl._create_unverified_context()
service = SmartConnect(host=host, port=port, user="tester", pwd="secret", sslContext=unverified)
content = service.RetrieveContent()
report = {}


def machine(name):
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    try:
        return next(vm for vm in view.view if vm.name == name)
    finally:
        view.Destroy()


def password(user, text="password", interactive=False):
    return vim.vm.guest.NamePasswordAuthentication(username=user, password=text, interactiveSession=interactive)


def fault(work):
    """Name of the typed exception that a call raises, with what it carries."""
    try:
        work()
    except vmodl.MethodFault as error:
        name = type(error).__name__.split(".")[-1]
        details = [getattr(error, key) for key in ("file", "pid", "keyName", "valueName", "existingState", "privilegeId")
                   if hasattr(error, key)]
        return " ".join([name, *[str(detail) for detail in details]])
    return "nothing"


def transfer(method, url, body=None):
    parts = urllib.parse.urlsplit(url.replace("*", host, 1))
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=unverified)
    connection.request(method, f"{parts.path}?{parts.query}", body)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, data


managers = content.guestOperationsManager
auth, files, processes = managers.authManager, managers.fileManager, managers.processManager
registry, aliases = managers.guestWindowsRegistryManager, managers.aliasManager
linux, windows, off = machine("linux1"), machine("win1"), machine("off1")
user, root, admin = password("user"), password("root"), password("Administrator")

report["ready"] = [linux.guest.guestOperationsReady, off.guest.guestOperationsReady]
report["auth"] = {
    "good": auth.ValidateCredentialsInGuest(linux, user),
    "bad": fault(lambda: auth.ValidateCredentialsInGuest(linux, password("user", "no"))),
    "off": fault(lambda: auth.ValidateCredentialsInGuest(off, user)),
    "console": fault(lambda: auth.ValidateCredentialsInGuest(linux, password("user", interactive=True))),
    "empty": fault(lambda: auth.ValidateCredentialsInGuest(windows, password("user", ""))),
    "sspi": fault(lambda: auth.AcquireCredentialsInGuest(
        linux, vim.vm.guest.SSPIAuthentication(interactiveSession=False, sspiToken="TlRMTVNTUAABAAAA"))),
}


def sspi(token):
    return vim.vm.guest.SSPIAuthentication(interactiveSession=False, sspiToken=base64.b64encode(token).decode())


try:
    auth.AcquireCredentialsInGuest(windows, sspi(ntlm.opening()))
except vim.fault.GuestAuthenticationChallenge as error:
    challenge, session = base64.b64decode(error.serverChallenge.sspiToken), error.sessionID
    report["challenge"] = [type(error.serverChallenge).__name__, challenge[:7].decode(), session > 0]
ticket = auth.AcquireCredentialsInGuest(windows, sspi(ntlm.answer(challenge, "user", "password")), session)
report["ticket"] = [
    type(ticket).__name__,
    processes.ReadEnvironmentVariableInGuest(windows, ticket, ["USERNAME"]),
    fault(lambda: auth.ReleaseCredentialsInGuest(windows, ticket)),
    fault(lambda: processes.ReadEnvironmentVariableInGuest(windows, ticket, ["USERNAME"])),
    fault(lambda: auth.AcquireCredentialsInGuest(windows, sspi(ntlm.answer(challenge, "user", "password")), session)),
]

spec = vim.vm.guest.ProcessManager.ProgramSpec(
    programPath="/bin/sh", arguments="-c 'echo $GREETING > /tmp/greeting; exit 7'", envVariables=["GREETING=hello=you"])
pid = processes.StartProgramInGuest(linux, user, spec)
while True:
    [process] = processes.ListProcessesInGuest(linux, user, [pid])
    if process.endTime is not None:
        break
    time.sleep(0.1)
waiting = processes.StartProgramInGuest(
    linux, user, vim.vm.guest.ProcessManager.ProgramSpec(programPath="/bin/sleep", arguments="1000"))
processes.TerminateProcessInGuest(linux, user, waiting)
report["processes"] = {
    "ended": [process.name, process.owner, process.exitCode, process.endTime >= process.startTime],
    "killed": [each.exitCode for each in processes.ListProcessesInGuest(linux, user, [waiting])],
    "unknown": len(processes.ListProcessesInGuest(linux, user, [99999])),
    "tools": any(each.name == "vmtoolsd" for each in processes.ListProcessesInGuest(linux, user)),
    "environment": list(processes.ReadEnvironmentVariableInGuest(linux, user, ["HOME", "NOT_SET"])),
    "missing": fault(lambda: processes.StartProgramInGuest(
        linux, user, vim.vm.guest.ProcessManager.ProgramSpec(programPath="/bin/nope", arguments=""))),
    "directory": fault(lambda: processes.StartProgramInGuest(
        linux, user, vim.vm.guest.ProcessManager.ProgramSpec(
            programPath="/bin/true", arguments="", workingDirectory="/nope"))),
    "gone": fault(lambda: processes.TerminateProcessInGuest(linux, user, waiting)),
    "foreign": fault(lambda: processes.TerminateProcessInGuest(linux, user, 1)),
}
pid = processes.StartProgramInGuest(windows, user, vim.vm.guest.ProcessManager.WindowsProgramSpec(
    programPath=r"C:\Windows\System32\cmd.exe", arguments="/c exit 5", startMinimized=True))
while True:
    [process] = processes.ListProcessesInGuest(windows, user, [pid])
    if process.endTime is not None:
        break
    time.sleep(0.1)
report["windowsExit"] = process.exitCode

posix = vim.vm.guest.FileManager.PosixFileAttributes
data = bytes(range(256)) * 1000
files.MakeDirectoryInGuest(linux, user, "/tmp/d/e", True)
url = files.InitiateFileTransferToGuest(linux, user, "/tmp/d/f", posix(permissions=0o640), len(data), False)
sent, _ = transfer("PUT", url, data)
information = files.InitiateFileTransferFromGuest(linux, user, "/tmp/d/f")
fetched, got = transfer("GET", information.url)
again, _ = transfer("GET", information.url)
when = datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
files.ChangeFileAttributesInGuest(linux, root, "/tmp/d/f", posix(ownerId=0, permissions=0o600, modificationTime=when))
[changed] = files.ListFilesInGuest(linux, root, "/tmp/d/f").files
files.MoveFileInGuest(linux, root, "/tmp/d/f", "/tmp/d/g", False)
files.MoveDirectoryInGuest(linux, user, "/tmp/d/e", "/tmp/d/h")
listing = files.ListFilesInGuest(linux, user, "/tmp/d", 0, 3)
rest = files.ListFilesInGuest(linux, user, "/tmp/d", 3, 3)
chosen = files.ListFilesInGuest(linux, user, "/tmp/d", matchPattern="^g$")
temporary = files.CreateTemporaryFileInGuest(linux, user, "a", "z", "/tmp/d")
directory = files.CreateTemporaryDirectoryInGuest(linux, user, "a", "z")
report["files"] = {
    "transfer": [sent, fetched, again, got == data, information.size],
    "sentAttributes": [type(information.attributes).__name__, oct(information.attributes.permissions)],
    "changed": [changed.attributes.ownerId, oct(changed.attributes.permissions),
                changed.attributes.modificationTime == when],
    "pages": [[each.path for each in listing.files], listing.remaining, [each.path for each in rest.files],
              rest.remaining, [each.path for each in chosen.files]],
    "temporary": [temporary.startswith("/tmp/d/avmware") and temporary.endswith("z"), directory.startswith("/tmp/")],
    "notEmpty": fault(lambda: files.DeleteDirectoryInGuest(linux, user, "/tmp/d", False)),
    "notADirectory": fault(lambda: files.DeleteDirectoryInGuest(linux, user, "/tmp/d/g", True)),
    "notAFile": fault(lambda: files.DeleteFileInGuest(linux, user, "/tmp/d")),
    "notFound": fault(lambda: files.DeleteFileInGuest(linux, user, "/tmp/nope")),
    "exists": fault(lambda: files.MakeDirectoryInGuest(linux, user, "/tmp/d", True)),
    "denied": fault(lambda: files.MakeDirectoryInGuest(linux, user, "/root/x", False)),
    "wrongFamily": fault(lambda: files.ChangeFileAttributesInGuest(
        linux, user, "/tmp/d", vim.vm.guest.FileManager.WindowsFileAttributes(hidden=True))),
    "pattern": fault(lambda: files.ListFilesInGuest(linux, user, "/tmp", matchPattern="(")),
}
files.DeleteFileInGuest(linux, user, temporary)
files.DeleteDirectoryInGuest(linux, root, "/tmp/d", True)
report["files"]["removed"] = fault(lambda: files.ListFilesInGuest(linux, user, "/tmp/d"))
[shown] = files.ListFilesInGuest(windows, user, r"C:\Windows\win.ini").files
report["windowsFile"] = [type(shown.attributes).__name__, shown.attributes.hidden, shown.attributes.readOnly]


def key(path):
    return vim.vm.guest.WindowsRegistryManager.RegistryKeyName(registryPath=path, wowBitness="WOWNative")


def value_name(path, name):
    return vim.vm.guest.WindowsRegistryManager.RegistryValueName(keyName=key(path), name=name)


kinds = vim.vm.guest.WindowsRegistryManager
software = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Revix"
registry.CreateRegistryKeyInGuest(windows, admin, key(software), False, "thing")
registry.CreateRegistryKeyInGuest(windows, admin, key(software + "\\Sub"), False)
written = [
    ("Number", kinds.RegistryValueDword(value=-5)),
    ("Long", kinds.RegistryValueQword(value=2**40)),
    ("Text", kinds.RegistryValueString(value="text")),
    ("Path", kinds.RegistryValueExpandString(value="%SystemRoot%\\x")),
    ("List", kinds.RegistryValueMultiString(value=["one", "two"])),
    ("Bytes", kinds.RegistryValueBinary(value=VmomiSupport.binary(b"\x00\x01"))),
]
for name, item in written:
    registry.SetRegistryValueInGuest(
        windows, admin, kinds.RegistryValue(name=value_name(software, name), data=item))
read = {each.name.name: each.data for each in registry.ListRegistryValuesInGuest(windows, admin, key(software), True)}
registry.DeleteRegistryValueInGuest(windows, admin, value_name(software, "Text"))
report["registry"] = {
    "values": [read["Number"].value, read["Long"].value, read["Text"].value, read["Path"].value,
               list(read["List"].value), list(read["Bytes"].value)],
    "keys": [each.key.keyName.registryPath
             for each in registry.ListRegistryKeysInGuest(windows, admin, key(software), True)],
    "subkeys": fault(lambda: registry.DeleteRegistryKeyInGuest(windows, admin, key(software), False)),
    "noValue": fault(lambda: registry.DeleteRegistryValueInGuest(windows, admin, value_name(software, "Text"))),
    "noKey": fault(lambda: registry.ListRegistryKeysInGuest(windows, admin, key(software + "X"), False)),
    "twice": fault(lambda: registry.CreateRegistryKeyInGuest(windows, admin, key(software), False)),
    "denied": fault(lambda: registry.CreateRegistryKeyInGuest(windows, user, key(software + "2"), False)),
    "linux": fault(lambda: registry.ListRegistryKeysInGuest(linux, root, key(software), False)),
}
registry.DeleteRegistryKeyInGuest(windows, admin, key(software), True)

info = vim.vm.guest.AliasManager.GuestAuthAliasInfo
named = vim.vm.guest.AliasManager.GuestAuthNamedSubject
anybody = vim.vm.guest.AliasManager.GuestAuthAnySubject
aliases.AddGuestAlias(linux, user, "user", True, certificate, info(subject=named(name="svc"), comment="ci"))
aliases.AddGuestAlias(linux, user, "user", False, certificate, info(subject=anybody(), comment="all"))
token = (
    '<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Signature xmlns="http://www.w3.org/2000/09/xmldsig#">'
    f"<KeyInfo><X509Data><X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></Signature>"
    "<Subject><NameID>svc</NameID></Subject></Assertion>")
by_token = vim.vm.guest.SAMLTokenAuthentication(interactiveSession=False, token=token)
[listed] = aliases.ListGuestAliases(linux, user, "user")
[mapped] = aliases.ListGuestMappedAliases(linux, user)
report["aliases"] = {
    "listed": [[type(each.subject).__name__, each.comment] for each in listed.aliases],
    "mapped": [mapped.username, [each.name for each in mapped.subjects]],
    "token": list(processes.ReadEnvironmentVariableInGuest(linux, by_token, ["USER"])),
    "bad": fault(lambda: aliases.AddGuestAlias(linux, user, "user", False, "AAAA", info(subject=anybody(), comment=""))),
}
aliases.RemoveGuestAlias(linux, user, "user", certificate, anybody())
aliases.RemoveGuestAliasByCert(linux, user, "user", certificate)
report["aliases"]["left"] = len(aliases.ListGuestAliases(linux, user, "user"))

customization = content.guestCustomizationManager
linux_spec = vim.vm.customization.Specification(
    options=vim.vm.customization.LinuxOptions(),
    identity=vim.vm.customization.LinuxPrep(
        hostName=vim.vm.customization.FixedName(name="renamed"), domain="example.test"),
    globalIPSettings=vim.vm.customization.GlobalIPSettings(dnsServerList=["192.0.2.53"]),
    nicSettingMap=[vim.vm.customization.AdapterMapping(
        adapter=vim.vm.customization.IPSettings(ip=vim.vm.customization.DhcpIpGenerator()))])
option = vim.option.OptionValue(key="site", value="lab")
WaitForTask(customization.CustomizeGuest_Task(linux, root, linux_spec, [option]))
WaitForTask(customization.StartGuestNetwork_Task(linux, root))
WaitForTask(customization.AbortCustomization_Task(linux, root))
report["customization"] = {
    "hostName": linux.guest.hostName,
    "wrongGuest": fault(lambda: WaitForTask(customization.CustomizeGuest_Task(windows, admin, linux_spec))),
    "badLogin": fault(lambda: customization.CustomizeGuest_Task(linux, password("root", "no"), linux_spec)),
}

Disconnect(service)
json.dump(report, sys.stdout)
