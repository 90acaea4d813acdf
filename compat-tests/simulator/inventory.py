"""Does with pyvmomi what an inventory is for, and prints what came of it as JSON. Arguments: host, port."""

import json
import sys
import threading

from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

host, port = sys.argv[1], int(sys.argv[2])


def connect(user="tester", password="secret"):
    return SmartConnect(host=host, port=port, user=user, pwd=password, disableSslCertValidation=True)


def raised(action):
    """Name of the exception's class and what it carries, or what the action gives."""
    try:
        return action()
    except vmodl.MethodFault as fault:
        fields = {name: str(value) for name, value in vars(fault).items() if value and not name.startswith("_")}
        return {"type": type(fault).__name__.split(".")[-1], **{k: v for k, v in fields.items() if k in wanted_fields}}


def done(task):
    """The result of a task when it has ended well."""
    WaitForTask(task)
    return task.info.result


wanted_fields = {"name", "requestedState", "existingState", "privilegeId", "invalidProperty", "file"}
report = {"refused": raised(lambda: connect(password="wrong"))}
si = connect()
content = si.RetrieveContent()
session = content.sessionManager.currentSession
report["session"] = [session.userName, content.about.apiType, si.CurrentTime().tzinfo is not None]

view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
machines = {vm.name: vm for vm in view.view}
report["view"] = sorted(machines)
web, db = machines["web"], machines["db"]
report["machine"] = {
    "power": web.runtime.powerState,
    "path": web.config.files.vmPathName,
    "host": web.runtime.host.name,
    "parents": [web.parent.name, web.parent.parent.name, web.resourcePool.owner.name],
    "mac": [device.macAddress for device in web.config.hardware.device if isinstance(device, vim.vm.device.VirtualEthernetCard)],
    "disks": [device.backing.fileName for device in web.config.hardware.device if isinstance(device, vim.vm.device.VirtualDisk)],
    "guest": [web.guest.toolsRunningStatus, web.guest.ipAddress, web.guest.net[0].ipConfig.ipAddress[0].prefixLength],
    "extra": {option.key: option.value for option in web.config.extraConfig},
}

# The same through the property collector, page by page.
collector = content.propertyCollector
traversal = vmodl.query.PropertyCollector.TraversalSpec(name="view", type=vim.view.ContainerView, path="view", skip=False)
spec = vmodl.query.PropertyCollector.FilterSpec(
    objectSet=[vmodl.query.PropertyCollector.ObjectSpec(obj=view, skip=True, selectSet=[traversal])],
    propSet=[vmodl.query.PropertyCollector.PropertySpec(type=vim.VirtualMachine, pathSet=["name", "runtime.powerState"])],
)
page = collector.RetrievePropertiesEx([spec], vmodl.query.PropertyCollector.RetrieveOptions(maxObjects=2))
pages = [[prop.val for prop in item.propSet if prop.name == "name"][0] for item in page.objects]
while page.token:
    page = collector.ContinueRetrievePropertiesEx(page.token)
    pages += [[prop.val for prop in item.propSet if prop.name == "name"][0] for item in page.objects]
report["pages"] = sorted(pages)

# Waiting for updates in a thread of its own, as programs do, while this one changes things.
updates, waiting = [], threading.Event()


def watch():
    own = connect()
    own_content = own.RetrieveContent()
    own_db = own_content.searchIndex.FindByInventoryPath("Lab/vm/db")
    wanted = vmodl.query.PropertyCollector.PropertySpec(type=vim.VirtualMachine, pathSet=["runtime.powerState"])
    own_spec = vmodl.query.PropertyCollector.FilterSpec(
        objectSet=[vmodl.query.PropertyCollector.ObjectSpec(obj=own_db)], propSet=[wanted]
    )
    with_filter = own_content.propertyCollector.CreateFilter(own_spec, True)
    version = ""
    while not any(change == "suspended" for change in updates):
        update = own_content.propertyCollector.WaitForUpdatesEx(
            version, vmodl.query.PropertyCollector.WaitOptions(maxWaitSeconds=60)
        )
        if update is None:
            break
        version = update.version
        for item in update.filterSet[0].objectSet:
            updates.extend(change.val for change in item.changeSet)
        waiting.set()
    with_filter.Destroy()
    Disconnect(own)


watcher = threading.Thread(target=watch)
watcher.start()
waiting.wait(60)
done(db.PowerOn())
report["twice"] = raised(lambda: done(db.PowerOn()))
done(db.Suspend())
watcher.join(60)
report["updates"] = [watcher.is_alive(), updates[0], updates[-1], "poweredOn" in updates]

# Every change of power that there is, each with the state afterwards.
done(db.PowerOn())
powers = []
for change in (db.PowerOff, db.PowerOn, db.Reset, db.PowerOff):
    booted = db.runtime.bootTime
    done(change())
    powers.append([db.runtime.powerState, db.runtime.bootTime not in (booted, None)])
report["powers"] = powers + [raised(lambda: done(db.Reset()))]

# Snapshots.
done(web.CreateSnapshot("first", "words", False, False))
done(web.CreateSnapshot("second", "", True, False))
tree = web.snapshot.rootSnapshotList[0]
report["snapshots"] = [tree.name, tree.description, tree.childSnapshotList[0].name, tree.childSnapshotList[0].state]
done(tree.snapshot.RevertToSnapshot_Task())
report["reverted"] = [web.runtime.powerState, web.snapshot.currentSnapshot == tree.snapshot]
done(web.RemoveAllSnapshots())
report["bare"] = web.snapshot is None

# Configuration.
change = vim.vm.ConfigSpec(annotation="by python", extraConfig=[vim.option.OptionValue(key="guestinfo.a", value="1")])
done(web.Reconfigure(change))
report["changed"] = [web.config.annotation, {o.key: o.value for o in web.config.extraConfig}["guestinfo.a"]]
report["unsupported"] = raised(lambda: web.Reconfigure(vim.vm.ConfigSpec(firmware="efi")))

# Birth and end.
clone_spec = vim.vm.CloneSpec(location=vim.vm.RelocateSpec(datastore=web.datastore[0]), powerOn=False, template=False)
clone = done(web.Clone(web.parent, "clone", clone_spec))
report["clone"] = [clone, clone.name, clone.config.uuid != web.config.uuid]
report["clone"][0] = type(clone).__name__
report["duplicate"] = raised(lambda: done(web.Clone(web.parent, "clone", clone_spec)))
clone.Unregister()
report["gone"] = raised(lambda: clone.name)
back = done(web.parent.RegisterVm("[ds1] clone/clone.vmx", "back", False, web.resourcePool))
report["back"] = back.name
done(back.Destroy())
report["left"] = sorted(vm.name for vm in view.view)

# Search.
datacenter = content.rootFolder.childEntity[0]
index = content.searchIndex
report["search"] = [
    index.FindByDatastorePath(datacenter, "[ds1] web/web.vmx") == web,
    index.FindByUuid(datacenter, web.config.uuid, True) == web,
    index.FindByIp(None, "10.1.2.3", True),
    index.FindChild(datacenter.vmFolder, "db") == db,
    raised(lambda: index.FindByDatastorePath(datacenter, "[none] a/a.vmx")),
]

# Events, tasks, files of datastores.
events = content.eventManager.QueryEvents(vim.event.EventFilterSpec())
report["events"] = sorted({type(event).__name__.split(".")[-1] for event in events})
report["tasks"] = sorted({task.info.descriptionId for task in content.taskManager.recentTask})
content.fileManager.MakeDirectory("[ds1] made", datacenter)
found = done(web.datastore[0].browser.Search("[ds1]", vim.host.DatastoreBrowser.SearchSpec()))
report["files"] = sorted(item.path for item in found.file)

# Rights.
reader = connect("reader", "secret")
reader_web = reader.content.searchIndex.FindByInventoryPath("Lab/vm/web")
report["rights"] = [reader_web.name, raised(lambda: reader_web.PowerOff())]
Disconnect(reader)
view.Destroy()
Disconnect(si)
report["after"] = raised(lambda: si.CurrentTime())
print(json.dumps(report))
