using Mig.Core.Host;
using Mig.History.Images;

namespace Mig.Exchange.Boots;

/// <summary>Writes the commands that make what a machine of another program needs.</summary>
/// <param name="repository">The folder of the repository.</param>
internal sealed class DescriptionCommands(string repository, MachineImage image, BootPlan plan, BootChoice choice)
{
    private string Mig => $"mig --repo {ShellText.Quote(repository)}";

    /// <summary>Those for libvirt: disks over NBD, the kernel as a file.</summary>
    public IReadOnlyList<string> ForLibvirt(string socket)
    {
        var commands = new List<string>();
        if (plan.Way.Kernel is not null)
            commands.AddRange(CopyKernel(LibvirtDomain.KernelPath(choice), LibvirtDomain.InitrdPath(choice)));
        if (choice.Existing is null && (choice.Name != choice.Revision || choice.Replaces is not null))
        {
            if (choice.Replaces is not null)
                commands.Add($"{Mig} session discard {choice.Name}");
            commands.Add($"{Mig} session start {choice.Name} {ShellText.Quote(choice.Revision)}");
        }

        commands.Add($"mig serve --nbd {ShellText.Quote("unix:" + socket)} --writable {choice.Name} {ShellText.Quote(repository)}");
        return commands;
    }

    /// <summary>Those for Firecracker: files in the folder that it is started in.</summary>
    public IReadOnlyList<string> ForFirecracker()
    {
        const string Compressed = "vmlinuz";
        bool isX64 = plan.Architecture == BootArchitecture.X64;
        List<string> commands = [.. CopyKernel(isX64 ? Compressed : FirecrackerMachine.KernelName, FirecrackerMachine.InitrdName)];
        if (isX64)
            commands.Add($"extract-vmlinux {Compressed} > {FirecrackerMachine.KernelName}  # scripts/extract-vmlinux of Linux's source");
        for (int i = 0; i < image.Disks.Count; i++)
        {
            string disk = ShellText.Quote(image.Disks[i].Name);
            commands.Add($"{Mig} checkout {choice.Base} --export {FirecrackerMachine.DiskName(i)} --format raw --disk {disk}");
        }

        return commands;
    }

    private IEnumerable<string> CopyKernel(string kernelPath, string initrdPath)
    {
        BootKernel kernel = plan.Way.Kernel!;
        string disk = image.Disks[plan.Way.Disk].Name;
        string volume = image.Disks.Count > 1 ? kernel.Partition == 0 ? $"@{disk}" : $"@{disk}.{kernel.Partition}"
            : kernel.Partition == 0 ? "" : $"@{kernel.Partition}";
        yield return $"{Mig} cat {ShellText.Quote($"{choice.Base}:{volume}{kernel.Folder}{kernel.Name}")} > {kernelPath}";
        if (kernel.InitrdName is { } initrd)
            yield return $"{Mig} cat {ShellText.Quote($"{choice.Base}:{volume}{kernel.Folder}{initrd}")} > {initrdPath}";
    }
}
