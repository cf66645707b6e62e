using System.Globalization;

namespace Mig.Exchange.Boots;

/// <summary>Writes a machine as arguments of QEMU. Nothing in them was chosen by an image but the id of a root file system.</summary>
/// <remarks>QEMU, "Invocation" (qemu(1)). Commas in values are doubled.</remarks>
internal static class QemuCommand
{
    private const int SataPorts = 6;

    /// <param name="isConfined">Whether QEMU may be told to give up the system calls that it does not need.</param>
    public static IReadOnlyList<string> Build(BootPlan plan, BootFolder folder, bool isConfined)
    {
        bool isX64 = plan.Architecture == BootArchitecture.X64;
        var words = new List<string>();

        // Before all else, so that all else is read confined. No files of this user or machine say what the machine has.
        if (isConfined)
            Add("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
        Add("-no-user-config");
        Add("-nodefaults");
        Add("-machine", plan.Machine + (isX64 && !plan.HasScreen ? ",graphics=off" : ""));
        Add("-accel", plan.IsAccelerated ? "kvm" : "tcg");
        Add("-cpu", plan.IsAccelerated ? "host" : "max");
        Add("-smp", Text(plan.Processors));
        Add("-m", Text(plan.MemoryMegabytes));
        AddFirmware();
        AddDisks();
        Add("-device", "virtio-rng-pci");

        // A system that sees another id takes new random numbers: it goes on, perhaps beside another one that does.
        if (plan.CanSuspend && isX64)
            Add("-device", "vmgenid,guid=auto");
        AddNetwork();
        AddScreen(isX64);
        Add("-chardev", plan.HasWindow ? "null,id=console" : "stdio,id=console,signal=off");
        Add("-serial", "chardev:console");
        Add("-chardev", $"socket,id=monitor,path={Escape(folder.Monitor)},server=on,wait=off");
        Add("-mon", "chardev=monitor,mode=control");
        if (plan.Suspended is not null)
            Add("-incoming", $"unix:{folder.Memory}"); // all of it is the path: nothing is doubled here
        return words;

        void Add(params ReadOnlySpan<string> arguments) => words.AddRange(arguments);

        void AddFirmware()
        {
            if (plan.Firmware is { } firmware)
            {
                Add("-drive", $"if=pflash,unit=0,format=raw,readonly=on,file={Escape(firmware.Code)}");
                Add("-drive", $"if=pflash,unit=1,format=raw,file={Escape(folder.Variables)}");
            }

            if (plan.Way.Kernel is not { } kernel)
                return;
            Add("-kernel", folder.Kernel);
            if (kernel.InitrdName is not null)
                Add("-initrd", folder.Initrd);
            Add("-append", plan.KernelParameters);
        }

        void AddDisks()
        {
            if (plan.Bus == BootBus.Scsi)
                Add("-device", "virtio-scsi-pci,id=scsi");
            for (int i = 0; i < plan.Exports.Count; i++)
            {
                if (plan.Bus == BootBus.Sata && i % SataPorts == 0)
                    Add("-device", $"ich9-ahci,id=sata{Text(i / SataPorts)}");
                string id = $"disk{Text(i + 1)}";
                Add("-blockdev", $"driver=nbd,node-name={id},discard=unmap,export={Escape(plan.Exports[i])},server.type=unix,"
                    + $"server.path={Escape(folder.Disks)}");
                string device = plan.Bus switch
                {
                    BootBus.Scsi => "scsi-hd,bus=scsi.0",
                    BootBus.Sata => $"ide-hd,bus=sata{Text(i / SataPorts)}.{Text(i % SataPorts)}",
                    BootBus.Nvme => $"nvme,serial={id}",
                    _ => "virtio-blk-pci",
                };

                Add("-device", $"{device},drive={id},bootindex={Text(plan.OrderOf(i))}");
            }
        }

        void AddNetwork()
        {
            if (!plan.HasNetwork)
                return;
            string forwards = string.Concat(plan.Forwards.Select(pair =>
                $",hostfwd=tcp:127.0.0.1:{Text(pair.Host)}-:{Text(pair.Guest)}"));
            Add("-netdev", "user,id=network" + (plan.IsIsolated ? ",restrict=on" : "") + forwards);
            Add("-device", (plan.Bus == BootBus.Sata && plan.Architecture == BootArchitecture.X64 ? "e1000e" : "virtio-net-pci")
                + ",netdev=network,romfile=");
        }

        void AddScreen(bool isX64)
        {
            Add("-display", plan.HasWindow ? "gtk" : "none");
            if (!plan.HasScreen)
                return;
            Add("-device", isX64 ? "virtio-vga" : "virtio-gpu-pci");
            Add("-device", "qemu-xhci");
            Add("-device", "usb-kbd");
            Add("-device", "usb-tablet");
        }
    }

    /// <summary>Writes a text so that QEMU's options take it as one value.</summary>
    public static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
