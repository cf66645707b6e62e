using System.Globalization;
using System.Text;
using System.Text.Json;
using Mig.Core;

namespace Mig.Exchange.Boots;

/// <summary>
/// Writes a machine as a configuration of Firecracker (<c>--config-file</c>): it has no firmware, and takes raw files and a kernel that is
/// not compressed.
/// </summary>
/// <remarks>https://github.com/firecracker-microvm/firecracker, src/firecracker/swagger/firecracker.yaml.</remarks>
internal static class FirecrackerMachine
{
    /// <summary>The file with the kernel.</summary>
    public const string KernelName = "vmlinux";

    /// <summary>The file with the first file system.</summary>
    public const string InitrdName = "initrd";

    private const int MostProcessors = 32;

    /// <summary>The file with a disk.</summary>
    /// <param name="index">Counted from 0.</param>
    public static string DiskName(int index) => string.Create(CultureInfo.InvariantCulture, $"disk{index + 1}.raw");

    public static string Write(BootPlan plan)
    {
        if (plan.Processors > MostProcessors)
            throw new UsageException($"a machine of Firecracker has at most {MostProcessors} processors, not {plan.Processors}");
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartObject("boot-source");
            json.WriteString("kernel_image_path", KernelName);
            if (plan.Way.Kernel!.InitrdName is not null)
                json.WriteString("initrd_path", InitrdName);
            json.WriteString("boot_args", plan.KernelParameters + " reboot=k panic=1 pci=off");
            json.WriteEndObject();
            json.WriteStartArray("drives");
            for (int i = 0; i < plan.Exports.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("drive_id", $"disk{i + 1}");
                json.WriteString("path_on_host", DiskName(i));
                json.WriteBoolean("is_root_device", false); // the kernel is told by its parameters
                json.WriteBoolean("is_read_only", false);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("machine-config");
            json.WriteNumber("vcpu_count", plan.Processors);
            json.WriteNumber("mem_size_mib", plan.MemoryMegabytes);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
