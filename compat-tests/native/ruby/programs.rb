# Two of the C programs of compat-tests/native/programs, by way of FFI, in the shape of the old bindings: every function
# is attached when the module is loaded. usage: programs.rb NAME
require "ffi"

module Vix
  extend FFI::Library
  ffi_lib "libvixAllProducts.so"

  API_VERSION = -1
  SERVICEPROVIDER_VMWARE_WORKSTATION = 3
  FIND_RUNNING_VMS = 1
  EVENTTYPE_FIND_ITEM = 8
  PROPERTY_NONE = 0
  PROPERTY_VM_NUM_VCPUS = 101
  PROPERTY_VM_VMX_PATHNAME = 103
  PROPERTY_VM_MEMORY_SIZE = 106
  PROPERTY_VM_NAME = 108
  PROPERTY_JOB_RESULT_HANDLE = 3010
  PROPERTY_FOUND_ITEM_LOCATION = 4010

  callback :event_proc, [:int, :int, :int, :pointer], :void
  attach_function :Vix_GetErrorText, [:uint64, :string], :string
  attach_function :Vix_ReleaseHandle, [:int], :void
  attach_function :Vix_FreeBuffer, [:pointer], :void
  attach_function :Vix_GetProperties, [:int, :int, :varargs], :uint64, blocking: true
  # A wait for callbacks, which come from another thread, must let Ruby go on.
  attach_function :VixJob_Wait, [:int, :int, :varargs], :uint64, blocking: true
  attach_function :VixHost_Connect,
                  [:int, :int, :string, :int, :string, :string, :int, :int, :event_proc, :pointer], :int
  attach_function :VixHost_Disconnect, [:int], :void
  attach_function :VixHost_FindItems, [:int, :int, :int, :int, :event_proc, :pointer], :int
  attach_function :VixVM_Open, [:int, :string, :event_proc, :pointer], :int
  attach_function :Revix_CountHandles, [], :int
end

def check(error)
  raise Vix.Vix_GetErrorText(error, nil) if error != 0
end

# A text that the library has given away: copied, then freed.
def take_text(cell)
  text = cell.read_pointer.read_string
  Vix.Vix_FreeBuffer(cell.read_pointer)
  text
end

# Waits for a job, gives the handle that it results in, and releases it.
def result(job)
  cell = FFI::MemoryPointer.new(:int)
  check(Vix.VixJob_Wait(job, Vix::PROPERTY_JOB_RESULT_HANDLE, :pointer, cell, :int, Vix::PROPERTY_NONE))
  Vix.Vix_ReleaseHandle(job)
  cell.read_int
end

def open_vm(host)
  vm = result(Vix.VixVM_Open(host, "/vms/linux/linux.vmx", nil, nil))
  name, path = Array.new(2) { FFI::MemoryPointer.new(:pointer) }
  cpus, memory = Array.new(2) { FFI::MemoryPointer.new(:int) }
  check(Vix.Vix_GetProperties(vm, Vix::PROPERTY_VM_NAME, :pointer, name,
                              :int, Vix::PROPERTY_VM_VMX_PATHNAME, :pointer, path,
                              :int, Vix::PROPERTY_VM_NUM_VCPUS, :pointer, cpus,
                              :int, Vix::PROPERTY_VM_MEMORY_SIZE, :pointer, memory, :int, Vix::PROPERTY_NONE))
  puts "opened #{take_text(path)}", "#{take_text(name)}: #{cpus.read_int} CPU, #{memory.read_int} MB"
  Vix.Vix_ReleaseHandle(vm)
end

def find_running_vms(host)
  count = 0
  on_event = proc do |_job, type, info, client_data|
    next unless type == Vix::EVENTTYPE_FIND_ITEM

    location = FFI::MemoryPointer.new(:pointer)
    check(Vix.Vix_GetProperties(info, Vix::PROPERTY_FOUND_ITEM_LOCATION, :pointer, location, :int, Vix::PROPERTY_NONE))
    puts "found #{take_text(location)}"
    count += 1 if client_data.address == 4711
  end
  puts "looking for running virtual machines"
  job = Vix.VixHost_FindItems(host, Vix::FIND_RUNNING_VMS, 0, -1, on_event, FFI::Pointer.new(4711))
  check(Vix.VixJob_Wait(job, Vix::PROPERTY_NONE))
  Vix.Vix_ReleaseHandle(job)
  puts "#{count} running"
end

programs = { "open-vm" => method(:open_vm), "find-running-vms" => method(:find_running_vms) }
host = result(Vix.VixHost_Connect(Vix::API_VERSION, Vix::SERVICEPROVIDER_VMWARE_WORKSTATION, nil, 0, nil, nil, 0, 0,
                                  nil, nil))
programs.fetch(ARGV.fetch(0)).call(host)
puts "handles left beside the host: #{Vix.Revix_CountHandles - 1}"
Vix.VixHost_Disconnect(host)
