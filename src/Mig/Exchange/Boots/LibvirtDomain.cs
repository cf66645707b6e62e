using System.Globalization;
using System.Text;
using System.Xml;
using Mig.Core;

namespace Mig.Exchange.Boots;

/// <summary>Writes a machine as a domain of libvirt (https://libvirt.org/formatdomain.html).</summary>
internal static class LibvirtDomain
{
    private const string KernelFolder = "/var/lib/libvirt/boot";

    /// <param name="commands">The commands that make what it needs, as in <see cref="MachineDescription"/>.</param>
    /// <param name="socket">Where its disks are served.</param>
    public static string Write(BootPlan plan, BootChoice choice, IReadOnlyList<string> commands, string socket)
    {
        var text = new StringBuilder();
        var settings = new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" };
        using (var xml = XmlWriter.Create(text, settings))
        {
            xml.WriteStartElement("domain");
            xml.WriteAttributeString("type", plan.IsAccelerated ? "kvm" : "qemu");
            xml.WriteElementString("name", "mig-" + choice.Name);
            xml.WriteElementString("description", "First: " + string.Join("; ", commands));
            xml.WriteStartElement("memory");
            xml.WriteAttributeString("unit", "MiB");
            xml.WriteString(Text(plan.MemoryMegabytes));
            xml.WriteEndElement();
            xml.WriteElementString("vcpu", Text(plan.Processors));
            WriteSystem(xml, plan, choice);
            xml.WriteStartElement("features");
            xml.WriteElementString("acpi", null);
            xml.WriteEndElement();
            if (plan.IsAccelerated)
            {
                xml.WriteStartElement("cpu");
                xml.WriteAttributeString("mode", "host-passthrough");
                xml.WriteEndElement();
            }

            xml.WriteElementString("on_poweroff", "destroy");
            xml.WriteElementString("on_reboot", "restart");
            xml.WriteElementString("on_crash", "destroy");
            xml.WriteStartElement("devices");
            WriteDisks(xml, plan, socket);
            WriteOthers(xml, plan);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return text.ToString();
    }

    /// <summary>Where it has its kernel.</summary>
    public static string KernelPath(BootChoice choice) => $"{KernelFolder}/mig-{choice.Name}.kernel";

    /// <summary>Where it has its first file system.</summary>
    public static string InitrdPath(BootChoice choice) => $"{KernelFolder}/mig-{choice.Name}.initrd";

    private static void WriteSystem(XmlWriter xml, BootPlan plan, BootChoice choice)
    {
        xml.WriteStartElement("os");
        if (plan.Way.Firmware == BootFirmware.Uefi)
            xml.WriteAttributeString("firmware", "efi");
        xml.WriteStartElement("type");
        xml.WriteAttributeString("arch", plan.Architecture.Name);
        xml.WriteAttributeString("machine", plan.Architecture.Machine);
        xml.WriteString("hvm");
        xml.WriteEndElement();
        if (plan.Way.Kernel is { } kernel)
        {
            xml.WriteElementString("kernel", KernelPath(choice));
            if (kernel.InitrdName is not null)
                xml.WriteElementString("initrd", InitrdPath(choice));
            xml.WriteElementString("cmdline", plan.KernelParameters);
        }

        xml.WriteEndElement();
    }

    private static void WriteDisks(XmlWriter xml, BootPlan plan, string socket)
    {
        (string bus, string prefix) = plan.Bus switch
        {
            BootBus.Scsi => ("scsi", "sd"),
            BootBus.Sata => ("sata", "sd"),
            BootBus.Nvme => throw new UsageException("libvirt has no NVMe disks over NBD; --bus virtio, scsi or sata"),
            _ => ("virtio", "vd"),
        };
        for (int i = 0; i < plan.Exports.Count; i++)
        {
            xml.WriteStartElement("disk");
            xml.WriteAttributeString("type", "network");
            xml.WriteAttributeString("device", "disk");
            xml.WriteStartElement("driver");
            xml.WriteAttributeString("name", "qemu");
            xml.WriteAttributeString("type", "raw");
            xml.WriteAttributeString("discard", "unmap");
            xml.WriteEndElement();
            xml.WriteStartElement("source");
            xml.WriteAttributeString("protocol", "nbd");
            xml.WriteAttributeString("name", plan.Exports[i]);
            xml.WriteStartElement("host");
            xml.WriteAttributeString("transport", "unix");
            xml.WriteAttributeString("socket", socket);
            xml.WriteEndElement();
            xml.WriteEndElement();
            xml.WriteStartElement("target");
            xml.WriteAttributeString("dev", prefix + (char)('a' + i)); // at most 24
            xml.WriteAttributeString("bus", bus);
            xml.WriteEndElement();
            if (plan.Way.Kernel is null)
            {
                xml.WriteStartElement("boot");
                xml.WriteAttributeString("order", Text(plan.OrderOf(i)));
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }
    }

    private static void WriteOthers(XmlWriter xml, BootPlan plan)
    {
        if (plan.HasNetwork)
        {
            xml.WriteStartElement("interface");
            xml.WriteAttributeString("type", "user");
            xml.WriteStartElement("model");
            xml.WriteAttributeString("type", plan.Bus == BootBus.Sata ? "e1000e" : "virtio");
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        xml.WriteStartElement("serial");
        xml.WriteAttributeString("type", "pty");
        xml.WriteEndElement();
        xml.WriteStartElement("console");
        xml.WriteAttributeString("type", "pty");
        xml.WriteEndElement();
        if (plan.HasWindow)
        {
            xml.WriteStartElement("graphics");
            xml.WriteAttributeString("type", "spice");
            xml.WriteAttributeString("autoport", "yes");
            xml.WriteEndElement();
            xml.WriteStartElement("video");
            xml.WriteStartElement("model");
            xml.WriteAttributeString("type", "virtio");
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        xml.WriteStartElement("rng");
        xml.WriteAttributeString("model", "virtio");
        xml.WriteStartElement("backend");
        xml.WriteAttributeString("model", "random");
        xml.WriteString("/dev/urandom");
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
