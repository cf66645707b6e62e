using System.Diagnostics;
using System.Globalization;
using Mig.Core;
using Mig.Core.Host;
using Mig.Exchange.Hooks;

namespace Mig.Edits.Building;

/// <summary>
/// Makes the disk that a build begins with, by the tools that make such disks: mke2fs, mkfs.xfs, mkfs.btrfs, sfdisk, mmdebstrap. Their
/// UUIDs come of what was asked for, so that the same disk is the same bytes where the tools allow that.
/// </summary>
/// <param name="folder">Empty; the disk and all that it takes to make it are left in it.</param>
internal sealed class BaseDisk(RepositoryContext context, string folder, CancellationToken cancellation)
{
    private const long PartitionStart = 1 << 20;
    private const long GptEnd = 1 << 20; // room for the second table

    // What a machine needs to start, to be logged in to, and to have a network.
    private const string DebianPackages = "systemd-sysv,udev,initramfs-tools,ifupdown";

    /// <returns>The path of the disk.</returns>
    public string Make(BaseSpec spec, in ObjectId key)
    {
        string tree = Path.Combine(folder, "tree"), volume = Path.Combine(folder, "volume.img"), disk = Path.Combine(folder, "disk.img");
        bool isWhole = spec.Table == "none";
        byte[] id = new byte[ObjectId.Size];
        key.CopyTo(id);
        string uuid = new Guid(id.AsSpan(0, 16)).ToString();
        if (spec.Suite is not null)
            MakeDebian(spec, tree);
        string made = isWhole ? disk : volume;
        using (FileStream file = File.Create(made))
            file.SetLength(isWhole ? spec.Size : (spec.Size - PartitionStart - (spec.Table == "gpt" ? GptEnd : 0)) / 4096 * 4096);
        MakeFileSystem(spec, made, uuid, spec.Suite is null ? null : tree);
        if (isWhole)
            return disk;
        using (FileStream file = File.Create(disk))
            file.SetLength(spec.Size);
        string text = spec.Table == "mbr"
            ? $"label: dos\nlabel-id: 0x{Convert.ToHexString(id.AsSpan(16, 4))}\nstart=2048, type=83, bootable\n"
            : $"label: gpt\nlabel-id: {new Guid(id.AsSpan(16, 16))}\nfirst-lba: 2048\n"
                + $"start=2048, size={new FileInfo(volume).Length / 512}, type=linux, uuid={uuid}, name={spec.Label}\n";
        Run("sfdisk", ["--quiet", disk], text);
        Run("dd", [$"if={volume}", $"of={disk}", "bs=1M", "seek=1", "conv=notrunc,sparse", "status=none"]);
        return disk;
    }

    private void MakeDebian(BaseSpec spec, string tree)
    {
        string architecture = Run("dpkg", ["--print-architecture"]).Trim();
        string kernel = architecture is "amd64" or "arm64" ? $"linux-image-cloud-{architecture}" : $"linux-image-{architecture}";
        string packages = string.Join(',', ((string[])[DebianPackages, kernel, spec.Settings.GetValueOrDefault("packages", "")])
            .Where(part => part.Length > 0));
        string name = spec.Settings.GetValueOrDefault("hostname", "debian");
        List<string> arguments =
        [
            "--mode=root", $"--variant={spec.Settings.GetValueOrDefault("variant", "minbase")}", $"--include={packages}", "--quiet",
            "--aptopt=Acquire::Languages \"none\"", "--aptopt=APT::Install-Recommends \"false\"",
            $"--customize-hook=echo {name} > \"$1\"/etc/hostname; "
                + $"echo 'LABEL={spec.Label} / {spec.FileSystem} defaults 0 1' > \"$1\"/etc/fstab",
            spec.Suite!, tree,
        ];
        if (spec.Settings.TryGetValue("mirror", out string? mirror))
            arguments.Add(mirror);
        Run("mmdebstrap", arguments);
    }

    private void MakeFileSystem(BaseSpec spec, string path, string uuid, string? tree)
    {
        switch (spec.FileSystem)
        {
            case "ext4":
                Run("mke2fs", ["-q", "-F", "-t", "ext4", "-L", spec.Label, "-U", uuid, "-E",
                    $"hash_seed={uuid},lazy_itable_init=0,lazy_journal_init=0", .. tree is null ? (string[])[] : ["-d", tree], path]);
                break;
            case "btrfs":
                Run("mkfs.btrfs", ["-q", "-L", spec.Label, "-U", uuid, .. tree is null ? (string[])[] : ["--rootdir", tree], path]);
                break;
            default:
                Run("mkfs.xfs", ["-q", "-L", spec.Label[..Math.Min(12, spec.Label.Length)], "-m", $"uuid={uuid}", path]);
                if (tree is not null)
                    throw new UnsupportedFeatureException(
                        "making a Debian on XFS", "fs=ext4 and fs=btrfs can be filled without being mounted");
                break;
        }
    }

    private string Run(string program, IReadOnlyList<string> arguments, string input = "")
    {
        string path = HostPrograms.Find(program, name => name == "PATH" ? context.Environment(name) + ":/usr/sbin:/usr/bin:/sbin:/bin"
            : context.Environment(name))
            ?? throw new UnsupportedFeatureException($"making this disk without '{program}'", $"install the package that has {program}");
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        if (context.Environment("SOURCE_DATE_EPOCH") is { } epoch
            && long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            start.Environment["E2FSPROGS_FAKE_TIME"] = epoch;
        using Process process = ChildSignals.Start(start);
        using (cancellation.Register(() => process.Kill(entireProcessTree: true)))
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                process.StandardInput.Write(input);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended without reading; its exit code says why.
            }

            process.WaitForExit();
            cancellation.ThrowIfCancellationRequested();
            return process.ExitCode == 0 ? output.GetAwaiter().GetResult() : throw new IOException(
                $"{program} ended with {process.ExitCode}: {LastLines(errors.GetAwaiter().GetResult())}");
        }
    }

    private static string LastLines(string text) => string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(3));
}
