using Mig.Core;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Exchange.Boots;

/// <summary>The variables of UEFI that a machine begins with: those that stand beside the disks of its version, or new ones.</summary>
internal static class BootVariables
{
    /// <summary>What the attachment with them is called.</summary>
    public const string Name = "nvram";

    /// <summary>Returns the attachment; null when the version has none.</summary>
    public static TreeEntry? Find(Repository repository, MachineImage image) =>
        ImageAttachments.Read(repository.Store, image).FirstOrDefault(entry => ImageAttachments.NameOf(entry) == Name);

    /// <summary>Writes the file that the machine changes.</summary>
    /// <exception cref="UnsupportedFeatureException">They are not of this firmware.</exception>
    public static void Write(Repository repository, MachineImage image, FirmwareFiles firmware, string path)
    {
        if (Find(repository, image) is not { } kept)
        {
            File.Copy(firmware.Variables, path);
            return;
        }

        long size = new FileInfo(firmware.Variables).Length;
        if (kept.Size != size)
            throw new UnsupportedFeatureException("starting this version with its UEFI variables",
                $"the attachment '{Name}' has {kept.Size} bytes, and {firmware.Code} takes {size}; "
                + $"'mig commit --detach {Name}' begins with new ones");
        using FileStream file = File.Create(path);
        new FileContents(repository.Store, repository.Context.Parallelism).Copy(kept, file);
    }
}
