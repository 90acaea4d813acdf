"""What the programs have in common: how they connect, open a machine, and end."""

import vix_by_ctypes as vix


def start_connect(options=0, callback=vix.NO_CALLBACK):
    provider = vix.SERVICEPROVIDER_VMWARE_WORKSTATION
    return vix.host_connect(
        vix.API_VERSION, provider, None, 0, None, None, options, vix.INVALID_HANDLE, callback, None
    )


def disconnect(host):
    print(f"handles left beside the host: {vix.count_handles() - 1}")
    vix.host_disconnect(host)


def open_vm(host, path):
    return vix.result(vix.host_open_vm(host, path, 0, vix.INVALID_HANDLE, vix.NO_CALLBACK, None))


def take_result(job):
    (handle,) = vix.properties(job, vix.PROPERTY_JOB_RESULT_HANDLE)
    vix.release_handle(job)
    return handle
