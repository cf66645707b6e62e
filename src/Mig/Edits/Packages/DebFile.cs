using System.Text;
using Mig.Archives;
using Mig.Archives.Ar;
using Mig.Archives.Tar;
using Mig.Core;
using Mig.Machines.Installing;

namespace Mig.Edits.Packages;

/// <summary>
/// A Debian package on this machine: what it says of itself, and its files, which are read from the archive when they are needed. Source:
/// deb(5), deb-control(5).
/// </summary>
internal sealed class DebFile
{
    private const int MaxControlFile = 16 << 20;
    private const int MaxControlFiles = 1000;

    private DebFile(string path, DebControl control, IReadOnlyList<DebControlFile> controlFiles)
    {
        (Path, Control, ControlFiles) = (path, control, controlFiles);
    }

    /// <summary>Where it lies on this machine.</summary>
    public string Path { get; }

    public DebControl Control { get; }

    /// <summary>What stands beside the control file: scripts, lists, in the archive's order.</summary>
    public IReadOnlyList<DebControlFile> ControlFiles { get; }

    /// <summary>A control file as text, one character for each byte; null when there is none.</summary>
    public string? Text(string name) =>
        ControlFiles.FirstOrDefault(file => file.Name == name) is { } file ? Encoding.Latin1.GetString(file.Content) : null;

    /// <summary>Reads what a package says of itself.</summary>
    /// <exception cref="CorruptImageException">DEB-001 to DEB-004, TAR-001 to TAR-010: it is no package, or a damaged one.</exception>
    /// <exception cref="NotFoundException">There is no such file.</exception>
    public static DebFile Read(string path) => Read(path, "control.tar", tar =>
    {
        byte[]? control = null;
        var files = new List<DebControlFile>();
        while (tar.Read() is { } member)
        {
            string name = Encoding.Latin1.GetString(member.Path).TrimEnd('/');
            name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
            if (name is "" or "." && member.Type == ArchiveMemberType.Directory)
                continue;
            if (member is not { Type: ArchiveMemberType.File, LinkTo: null, Data: null } || name.Contains('/', StringComparison.Ordinal)
                || name is ".." || member.Size > MaxControlFile || files.Count == MaxControlFiles)
                throw new CorruptImageException("DEB-004",
                    $"its control archive has '{name}' of {member.Size} bytes; plain files of at most {MaxControlFile >> 20} MiB, and "
                    + $"{MaxControlFiles} of them, are allowed");
            byte[] content = new byte[(int)member.Size];
            tar.Content.ReadExactly(content);
            if (name == "control")
                control = content;
            else
                files.Add(new DebControlFile(name, content, member.Mode, member.ModifiedTime));
        }

        return new DebFile(path, DebControl.Parse(control
            ?? throw new CorruptImageException("DEB-002", "its control archive has no file 'control'")), files);
    });

    /// <summary>Reads its files, in the archive's order.</summary>
    /// <param name="visit">Receives each, with its content.</param>
    /// <exception cref="CorruptImageException">As of <see cref="Read(string)"/>.</exception>
    public void ReadFiles(Action<ArchiveMember, Stream> visit, CancellationToken cancellation) => Read(Path, "data.tar", tar =>
    {
        while (tar.Read() is { } member)
        {
            cancellation.ThrowIfCancellationRequested();
            visit(member, tar.Content);
        }

        return true;
    });

    private static T Read<T>(string path, string wanted, Func<TarReader, T> read)
    {
        string name = System.IO.Path.GetFileName(path);
        try
        {
            using FileStream file = File.OpenRead(path);
            using var archive = new ArReader(file);
            if (archive.Read() is not { Name: "debian-binary" } || new StreamReader(archive.Content).ReadToEnd() is not ['2', '.', ..])
                throw new CorruptImageException("DEB-002", "its first member is no 'debian-binary' that says 2.x, "
                    + "so it is no package of today");
            while (archive.Read() is { } member)
            {
                if (member.Name != wanted && !member.Name.StartsWith(wanted + ".", StringComparison.Ordinal))
                    continue;
                using Stream content = ArchiveInputStream.Open(archive.Content);
                using var tar = new TarReader(content);
                return read(tar);
            }

            throw new CorruptImageException("DEB-002", $"it has no member '{wanted}'");
        }
        catch (CorruptImageException e)
        {
            throw new CorruptImageException(e.Code, $"{name}: {e.Message[(e.Code.Length + 2)..]}", e);
        }
        catch (InvalidDataException e)
        {
            throw new CorruptImageException("TAR-010", $"{name}: the compressed data of its {wanted} is damaged: {e.Message}", e);
        }
        catch (EndOfStreamException)
        {
            throw new CorruptImageException("TAR-003", $"{name}: its {wanted} ends within a member");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NotFoundException($"{path} does not exist on this machine");
        }
    }
}
