using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.Edits.Accounts;
using Mig.Edits.Changes;
using Mig.Edits.Operations;
using Mig.Edits.Sources;
using Mig.FileSystems;
using Mig.Images.Extract.Folders;

namespace Mig.Edits.Deriving;

/// <summary>A folder of files that every derived version gets, with the values of its row filled in.</summary>
internal sealed class HostTemplate
{
    /// <summary>The name of a list of changes in the folder itself that is carried out after its files are in place.</summary>
    public const string ChangesName = ".mig-derive";

    private const int MaxTextSize = 16 << 20;
    private const int PermissionBits = 0x1FF; // 0777
    private static readonly OwnerName Root = OwnerName.Parse("0:0");

    private readonly List<TemplateEntry> _entries = [];
    private readonly string _folder;
    private readonly TimeProvider _clock;
    private Placeholders? _changes;

    private HostTemplate(string folder, TimeProvider clock)
    {
        _folder = folder;
        _clock = clock;
    }

    /// <summary>Reads a folder; texts are kept in memory, binary files and those above 16 MiB are not.</summary>
    /// <exception cref="UsageException">A column is not there, or something in it is neither file, directory nor link.</exception>
    public static HostTemplate Read(string path, CsvTable table, TimeProvider clock)
    {
        if (LibC.LookAt(path) != FileType.Directory)
            throw new NotFoundException($"template {path} is no folder");
        var template = new HostTemplate(path, clock);
        using HostFolder folder = HostFolder.Open(path);
        template.ReadFolder(new HostTree(folder), [], table);
        return template;
    }

    /// <summary>Returns the changes that make a derived version.</summary>
    /// <exception cref="UsageException">A value results in a path that is none, or in changes that cannot be understood.</exception>
    public IReadOnlyList<PlacedOperation> Fill(CsvRow row, string rowName)
    {
        var none = new History.Revisions.PathSpec(null, null, default);
        List<PlacedOperation> operations =
            [.. _entries.Select(entry => new PlacedOperation(none, ToOperation(entry, FillPath(entry.Path, row, rowName), row), rowName))];
        if (_changes is not null)
            operations.AddRange(new ChangesReader($"{rowName}: {ChangesName}", _folder, _clock).Read(_changes.Fill(row)));
        return operations;
    }

    private static EditOperation ToOperation(TemplateEntry entry, byte[] path, CsvRow row)
    {
        var settings = new NodeSettings { Mode = ModeChange.Exactly(entry.Mode) };
        return entry.Type switch
        {
            NodeType.Directory => new MakeDirectoryOperation(path, settings, MakesParents: true),
            NodeType.SymbolicLink => new LinkOperation(path, entry.Text!.Fill(row), IsSymbolic: true, Replaces: true, IsExact: true),
            _ => new WriteOperation(path, entry.Content ?? new BytesContent(entry.Text!.Fill(row)),
                settings with { Owner = Root, ModifiedTime = entry.ModifiedTime }, MakesParents: true),
        };
    }

    private void ReadFolder(HostTree files, byte[] directory, CsvTable table)
    {
        foreach (byte[] name in files.List(directory))
        {
            byte[] path = directory.Length == 0 ? name : VolumePath.Join(directory, name);
            string display = files.Display(path);
            HostNode node = files.Look(path);
            if (directory.Length == 0 && name.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(ChangesName)))
            {
                _changes = Placeholders.ParseTemplate(
                    ReadText(files, path, node) ?? throw new UsageException($"{display} is no text"), table, display);
                continue;
            }

            Placeholders place = Placeholders.ParseTemplate(path, table, display);
            switch (node.Type)
            {
                case NodeType.Directory:
                    _entries.Add(new TemplateEntry(node.Type, place, node.Mode & PermissionBits, node.ModifiedTime, null, null));
                    ReadFolder(files, path, table);
                    break;
                case NodeType.SymbolicLink:
                    _entries.Add(new TemplateEntry(node.Type, place, node.Mode, node.ModifiedTime,
                        Placeholders.ParseTemplate(files.ReadLink(path), table, display), null));
                    break;
                case NodeType.File:
                    byte[]? text = ReadText(files, path, node);
                    FileContent? content = text is null ? new HostFileContent(display) : null;
                    _entries.Add(new TemplateEntry(node.Type, place, node.Mode & PermissionBits, node.ModifiedTime, text is null ? null
                        : Placeholders.ParseTemplate(text, table, display), content));
                    break;
                default:
                    throw new UsageException($"{display} is a device, FIFO or socket; a template holds files, directories and links");
            }
        }
    }

    /// <summary>Returns a file's content; null when it is binary or too large to be a text.</summary>
    private static byte[]? ReadText(HostTree files, byte[] path, HostNode node)
    {
        if (node.Size > MaxTextSize)
            return null;
        byte[] text = [];
        files.Read(path, source =>
        {
            text = new byte[(int)Math.Min(source.Length, MaxTextSize)];
            source.ReadExactly(0, text);
        });
        return text.AsSpan().Contains((byte)0) ? null : text;
    }

    private static byte[] FillPath(Placeholders place, CsvRow row, string rowName)
    {
        byte[] path = place.Fill(row);
        foreach (Range range in path.AsSpan().Split((byte)'/'))
        {
            ReadOnlySpan<byte> name = path.AsSpan()[range];
            if (name.IsEmpty || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) || name.Contains((byte)0))
                throw new UsageException(
                    $"{rowName}: the path '{Encoding.UTF8.GetString(path)}' has a part '{Encoding.UTF8.GetString(name)}', which is no "
                        + "name");
        }

        return path;
    }
}
