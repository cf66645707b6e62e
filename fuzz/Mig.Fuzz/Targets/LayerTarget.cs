using System.Text;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Layers;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>A layer, as a tar archive, that is laid over a small file system.</summary>
internal sealed class LayerTarget : FuzzTarget
{
    private const int BlockSize = 512;
    private const int ChecksumOffset = 148;

    private readonly byte[] _volume = ExtTarget.Make()[^1];

    public override string Name => "layer";

    public override IReadOnlyList<byte[]> Seeds { get; } = Make();

    public override void Run(byte[] input)
    {
        using var target = new InputTarget([.. _volume]);
        using IFileSystemWriter writer = FileSystemFormats.OpenWriter(target, Limits.Default, TimeProvider.System)!;
        var layer = new LayerWriter(new NodeWriter(writer, new EditLog(), TimeProvider.System), keepsLinks: input.Length % 2 == 0);
        new ArchiveLayer(layer, Path.GetTempPath()).Apply(new MemoryStream(input), CancellationToken.None);
        writer.Commit();
    }

    public override void Repair(byte[] input)
    {
        for (int offset = 0; offset + BlockSize <= input.Length; offset += BlockSize)
        {
            Span<byte> block = input.AsSpan(offset, BlockSize);
            if (!block[257..].StartsWith("ustar"u8))
                continue;
            block.Slice(ChecksumOffset, 8).Fill((byte)' ');
            int sum = 0;
            foreach (byte b in block)
                sum += b;
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0").CopyTo(block[ChecksumOffset..]);
        }
    }

    private static byte[][] Make()
    {
        using var folder = new TestFolder();
        Tool.Run("bash", "-euc", """
            cd "$0"; mkdir -p l/folder/deeper l/new; echo x > l/folder/file1; touch l/folder/.wh.file2 l/folder/deeper/.wh..wh..opq; ln -s ../large l/new/link; ln l/folder/file1 l/new/hard
            truncate -s 40K l/sparse; printf y | dd of=l/sparse bs=1 seek=9000 conv=notrunc status=none; setfattr -n user.a -v b l/new; echo z > "l/new/$(printf 'n%.0s' $(seq 150))"
            tar --format=pax --xattrs -S --sparse-version=1.0 -C l -cf 1.tar .; tar --format=gnu -S -C l -cf 2.tar .; tar --format=pax -S --sparse-version=0.0 -C l -cf 3.tar .; gzip -c 2.tar > 4.tar; zstd -q -c 1.tar > 5.tar
            """, folder.Path);
        return [.. Enumerable.Range(1, 5).Select(i => File.ReadAllBytes(folder[$"{i}.tar"]))];
    }
}
