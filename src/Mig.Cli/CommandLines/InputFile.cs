using Mig.Core;
using Mig.Core.Host;

namespace Mig.Cli.CommandLines;

/// <summary>
/// Reads files that the user names on the command line from their beginning to their end. One that is written to meanwhile is refused.
/// </summary>
internal static class InputFile
{
    /// <exception cref="NotFoundException">There is no such file.</exception>
    /// <exception cref="ChangedFileException">It was written to while it was read.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        if (LibC.LookAt(path) == FileType.Missing)
            throw new NotFoundException($"{path} does not exist");
        FileWatch watch = FileWatch.Begin(path);
        byte[] bytes = File.ReadAllBytes(path);
        watch.CheckUnchanged();
        return bytes;
    }

    /// <summary>Gives a file to who reads it.</summary>
    /// <exception cref="ChangedFileException">It was written to while it was read: what was read is not to be kept.</exception>
    public static void Read(string path, Action<Stream> read)
    {
        FileWatch watch = FileWatch.Begin(path);
        try
        {
            using FileStream file = File.OpenRead(path);
            read(file);
        }
        catch (MigException)
        {
            // What looks damaged may only be half written.
            watch.CheckUnchanged();
            throw;
        }

        watch.CheckUnchanged();
    }
}
