using Mig.Core;

namespace Mig.FileSystems.Tests.Writing;

/// <summary>Changes what is damaged: only the documented exceptions may come out.</summary>
internal static class DamagedWriting
{
    private const int OperationCount = 12;

    /// <summary>Does some operations on some of the paths, and commits.</summary>
    /// <param name="what">What the image is, for a message.</param>
    public static void Change(byte[] image, byte[][] paths, int seed, string what)
    {
        try
        {
            Change(image, paths, new Random(seed));
        }
        catch (Exception e) when (e is CorruptImageException or UnsupportedFeatureException or NotFoundException or ConflictException)
        {
            // as documented
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what}: {e.Message}", e);
        }
    }

    private static void Change(byte[] image, byte[][] paths, Random random)
    {
        using var target = new MemoryTarget(image);
        using IFileSystemWriter? writer = FileSystemFormats.OpenWriter(target, Limits.Default, new TestClock());
        if (writer is null)
            return;
        NodeMetadata file = writer.Fit(NodeType.File, new NodeMetadata(0x1A4));
        NodeMetadata directory = writer.Fit(NodeType.Directory, new NodeMetadata(0x1ED));
        Action<byte[]>[] operations =
        [
            path => writer.Remove(path),
            path => writer.CreateFile([.. path, (byte)'x'], file, new MemorySource(new byte[random.Next(1 << random.Next(8, 15))])),
            path => writer.CreateDirectory([.. path, (byte)'y'], directory),
            path => writer.Append(path, new MemorySource(new byte[random.Next(5_000)])),
            path => writer.SetLength(path, random.Next(9_000)),
            path => writer.SetExtendedAttribute(path, "user.test"u8, new byte[random.Next(300)]),
            path => writer.Rename(path, "/folder/moved to a longer name"u8),
            path => writer.ReplaceContent(path, new MemorySource(new byte[random.Next(5_000)])),
            path => writer.RemoveDirectory(path),
            path => writer.SetMode(path, file.Mode),
        ];
        for (int i = 0; i < OperationCount; i++)
        {
            try
            {
                operations[random.Next(operations.Length)](paths[random.Next(paths.Length)]);
            }
            catch (MigException)
            {
                // The next one may well work.
            }
        }

        writer.Commit();
        writer.Find(paths[0]);
    }
}
