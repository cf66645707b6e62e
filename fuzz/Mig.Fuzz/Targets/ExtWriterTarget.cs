using Mig.Core;
using Mig.FileSystems;

namespace Mig.Fuzz.Targets;

/// <summary>Changes of ext2, 3 and 4: a dozen operations on what may be no file system at all.</summary>
internal sealed class ExtWriterTarget : FuzzTarget
{
    private static readonly byte[][] Paths = ["/large"u8.ToArray(), "/folder"u8.ToArray(), "/folder/file7"u8.ToArray(), "/folder/sparse"u8.ToArray(), "/link"u8.ToArray(), "/long-link"u8.ToArray(), "/folder/deeper"u8.ToArray()];

    public override string Name => "ext-writer";

    public override IReadOnlyList<byte[]> Seeds { get; } = ExtTarget.Make();

    public override void Run(byte[] input)
    {
        var random = new Random(input.Length);
        using var target = new InputTarget([.. input]);
        using IFileSystemWriter? writer = FileSystemFormats.OpenWriter(target, Limits.Default, TimeProvider.System);
        if (writer is null)
            return;
        for (int i = 0; i < 12; i++)
        {
            try
            {
                Change(writer, Paths[random.Next(Paths.Length)], random);
            }
            catch (MigException)
            {
                // The next one may well work.
            }
        }

        writer.Commit();
    }

    private static void Change(IFileSystemWriter writer, byte[] path, Random random)
    {
        var content = new MemorySource(new byte[random.Next(20_000)]);
        var metadata = new NodeMetadata(0x1A4);
        switch (random.Next(9))
        {
            case 0:
                writer.Remove(path);
                break;
            case 1:
                writer.CreateFile([.. path, (byte)'x'], metadata, content);
                break;
            case 2:
                writer.CreateDirectory([.. path, (byte)'y'], metadata);
                break;
            case 3:
                writer.Append(path, content);
                break;
            case 4:
                writer.SetLength(path, random.Next(60_000));
                break;
            case 5:
                writer.SetExtendedAttribute(path, "user.other"u8, new byte[random.Next(300)]);
                break;
            case 6:
                writer.Rename(path, "/folder/moved"u8);
                break;
            case 7:
                writer.ReplaceContent(path, content);
                break;
            default:
                writer.RemoveDirectory(path);
                break;
        }
    }
}
