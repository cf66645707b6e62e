using Mig.Core;
using Mig.FileSystems;

namespace Mig.Fuzz.Targets;

/// <summary>Changes of a file system: a dozen operations on what may be no file system at all.</summary>
internal abstract class FileSystemWriterTarget : FuzzTarget
{
    private const int OperationCount = 12;

    /// <summary>What the operations change: nodes that the seeds have.</summary>
    protected abstract IReadOnlyList<byte[]> Paths { get; }

    public override void Run(byte[] input)
    {
        var random = new Random(input.Length);
        using var target = new InputTarget([.. input]);
        using IFileSystemWriter? writer = FileSystemFormats.OpenWriter(target, Limits.Default, TimeProvider.System);
        if (writer is null)
            return;
        for (int i = 0; i < OperationCount; i++)
        {
            try
            {
                Change(writer, Paths[random.Next(Paths.Count)], random);
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
        switch (random.Next(9))
        {
            case 0:
                writer.Remove(path);
                break;
            case 1:
                writer.CreateFile([.. path, (byte)'x'], writer.Fit(NodeType.File, new NodeMetadata(0x1A4)), content);
                break;
            case 2:
                writer.CreateDirectory([.. path, (byte)'y'], writer.Fit(NodeType.Directory, new NodeMetadata(0x1ED)));
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
                writer.Rename(path, "/folder/moved to another name"u8);
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
