using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ntfs;

/// <summary>
/// A small image to damage, made once by ntfs-3g: with large directories, compression, scattered runs, lists of attributes and reparse
/// points.
/// </summary>
public sealed class NtfsSamples : IDisposable
{
    private const string FillScript = """
        cd "$1"; printf hello > file; seq 1 3000 > big; mkdir folder; echo leaf > folder/leaf
        mkdir many; for i in {1..60}; do : > many/a-file-with-quite-a-long-name-that-takes-room-$i; done
        mkdir packed; setfattr -n system.ntfs_attrib_be -v 0x00000800 packed; seq 1 20000 > packed/text
        echo x > streams; for i in {1..25}; do setfattr -n user.stream$i -v "$(printf 'v%.0s' {1..60})" streams; done
        echo x > long; seq 1 20000 > stream; setfattr -n user.short -v s long; ln -s file link
        for i in {1..12}; do printf x | dd of=scattered bs=1 seek=$((i * 140000)) conv=notrunc status=none; done
        echo x > secret; setfattr -n user.note -v n secret; rm stream
        """;

    private readonly TemporaryFolder _folder = new();

    public NtfsSamples()
    {
        string image = _folder.File("image");
        NtfsMount.Make(image, "3M", "-c 4096");
        using (var mount = new NtfsMount(image, "compression,permissions"))
            Tool.RunScript(FillScript, mount.Path);
        Image = File.ReadAllBytes(image);
    }

    public byte[] Image { get; }

    public void Dispose() => _folder.Dispose();
}
