using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Edits.Accounts;
using Mig.Edits.Operations;
using Mig.History.Revisions;

namespace Mig.Edits.Changes;

/// <summary>Turns the words of one line into changes.</summary>
internal sealed class ChangeParser(string folder, TimeProvider clock)
{
    private static readonly string[] Verbs =
        ["append", "chmod", "chown", "ln", "mkdir", "mv", "put", "rm", "setfattr", "touch", "truncate", "write"];

    /// <param name="document">The here-document below the line; null when there is none.</param>
    public IEnumerable<PlacedOperation> Parse(IReadOnlyList<byte[]> words, byte[]? document)
    {
        string verb = Encoding.UTF8.GetString(words[0]);
        var line = new ChangeLine(verb, words, document);
        List<PlacedOperation> operations = verb switch
        {
            "put" => Put(line),
            "write" => Write(line),
            "append" => Append(line),
            "mkdir" => EachPath(line, "p", "mode owner", (path, settings) => new MakeDirectoryOperation(path, settings, line.Has('p'))),
            "rm" => EachPath(line, "rf", "", (path, _) => new RemoveOperation(path, line.Has('r'), line.Has('f'))),
            "mv" => Move(line),
            "ln" => Link(line),
            "chmod" => ChangeMode(line),
            "chown" => ChangeOwner(line),
            "touch" => EachPath(line, "c", "time", (path, settings) => new TouchOperation(path, settings.ModifiedTime, !line.Has('c'))),
            "setfattr" => SetAttribute(line),
            "truncate" => Truncate(line),
            _ => throw new UsageException($"'{verb}' is no change.{NearNames.Suggest(verb, Verbs)} There are {string.Join(", ", Verbs)}"),
        };
        line.ExpectDocumentUsed();
        return operations;
    }

    private List<PlacedOperation> Put(ChangeLine line)
    {
        line.Allow("ap", "mode owner time", clock);
        line.Expect(2, int.MaxValue, "put [-a] [-p] SOURCE... /PATH [mode=M] [owner=U:G] [time=T]");
        byte[] last = line.Arguments[^1];
        bool isInto = line.Arguments.Count > 2 || last.EndsWith("/"u8);
        return [.. line.Arguments.Take(line.Arguments.Count - 1)
            .Select(source => Place(last, path => new PutOperation(
                path, Path.Combine(folder, Encoding.UTF8.GetString(source)), line.Settings, line.Has('a'), line.Has('p'), isInto)))];
    }

    private List<PlacedOperation> Write(ChangeLine line)
    {
        line.Allow("p", "mode owner time", clock);
        byte[] content = line.TakeContent("write [-p] /PATH [mode=M] [owner=U:G] [time=T] TEXT, or <<EOF in place of TEXT");
        return [Place(line.Arguments[0], path => new WriteOperation(path, new BytesContent(content), line.Settings, line.Has('p')))];
    }

    private List<PlacedOperation> Append(ChangeLine line)
    {
        line.Allow("", "", clock);
        byte[] content = line.TakeContent("append /PATH TEXT, or <<EOF in place of TEXT");
        return [Place(line.Arguments[0], path => new AppendOperation(path, new BytesContent(content)))];
    }

    private static List<PlacedOperation> Move(ChangeLine line)
    {
        line.Allow("", "", TimeProvider.System);
        line.Expect(2, int.MaxValue, "mv /OLD... /NEW");
        PlacedOperation target = Place(line.Arguments[^1], path => new RemoveOperation(path));
        bool isInto = line.Arguments.Count > 2 || line.Arguments[^1].EndsWith("/"u8);
        return [.. line.Arguments.Take(line.Arguments.Count - 1).Select(source =>
        {
            PlacedOperation move = Place(source, path => new MoveOperation(path, target.Operation.Path, isInto));
            return move.Volume == target.Volume ? move : throw new UsageException("nothing can be moved from one volume to another");
        })];
    }

    private static List<PlacedOperation> Link(ChangeLine line)
    {
        line.Allow("sfn", "", TimeProvider.System);
        line.Expect(2, 2, "ln [-s] [-f] [-n] TARGET /PATH");
        byte[] target = line.Arguments[0];
        if (line.Has('s'))
            return [Place(line.Arguments[1], path => new LinkOperation(path, target, IsSymbolic: true, line.Has('f'), line.Has('n')))];
        PlacedOperation existing = Place(target, path => new RemoveOperation(path));
        PlacedOperation link = Place(line.Arguments[1], path =>
            new LinkOperation(path, existing.Operation.Path, IsSymbolic: false, line.Has('f'), line.Has('n')));
        return link.Volume == existing.Volume ? [link]
            : throw new UsageException("a hard link stays on its volume; -s makes a symbolic one");
    }

    private List<PlacedOperation> ChangeMode(ChangeLine line)
    {
        line.Allow("R", "", clock);
        line.Expect(2, int.MaxValue, "chmod [-R] MODE /PATH...");
        ModeChange mode = ModeChange.Parse(Encoding.UTF8.GetString(line.Arguments[0]));
        return [.. line.Arguments.Skip(1).Select(argument => Place(argument, path => new ChangeModeOperation(path, mode, line.Has('R'))))];
    }

    private List<PlacedOperation> ChangeOwner(ChangeLine line)
    {
        line.Allow("Rh", "", clock);
        line.Expect(2, int.MaxValue, "chown [-R] [-h] USER[:GROUP] /PATH...");
        OwnerName owner = OwnerName.Parse(Encoding.UTF8.GetString(line.Arguments[0]));
        return [.. line.Arguments.Skip(1)
            .Select(argument => Place(argument, path => new ChangeOwnerOperation(path, owner, line.Has('R'), line.Has('h'))))];
    }

    private List<PlacedOperation> SetAttribute(ChangeLine line)
    {
        line.Allow("x", "", clock);
        if (line.Has('x'))
        {
            line.Expect(2, int.MaxValue, "setfattr -x NAME /PATH...");
            byte[] removed = line.Arguments[0];
            return [.. line.Arguments.Skip(1).Select(argument => Place(argument, path => new RemoveAttributeOperation(path, removed)))];
        }

        line.Expect(3, int.MaxValue, "setfattr NAME VALUE /PATH...");
        (byte[] name, byte[] value) = (line.Arguments[0], AttributeValue.Parse(line.Arguments[1]));
        return [.. line.Arguments.Skip(2).Select(argument => Place(argument, path => new SetAttributeOperation(path, name, value)))];
    }

    private List<PlacedOperation> Truncate(ChangeLine line)
    {
        line.Allow("", "", clock);
        line.Expect(2, 2, "truncate LENGTH /PATH");
        string text = Encoding.UTF8.GetString(line.Arguments[0]);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            ? [Place(line.Arguments[1], path => new TruncateOperation(path, length))]
            : throw new UsageException($"'{text}' is no length in bytes");
    }

    private List<PlacedOperation> EachPath(
        ChangeLine line, string flags, string settings, Func<ReadOnlyMemory<byte>, NodeSettings, EditOperation> make)
    {
        line.Allow(flags, settings, clock);
        line.Expect(1, int.MaxValue, $"{line.Verb} {string.Concat(flags.Select(flag => $"[-{flag}] "))}/PATH...");
        return [.. line.Arguments.Select(argument => Place(argument, path => make(path, line.Settings)))];
    }

    /// <summary>Splits <c>@2/PATH</c> into the volume and the path on it.</summary>
    private static PlacedOperation Place(byte[] argument, Func<ReadOnlyMemory<byte>, EditOperation> make)
    {
        int slash = argument.AsSpan().IndexOf((byte)'/');
        if (argument.Length == 0 || slash < 0 || argument[0] is not ((byte)'/' or (byte)'@'))
            throw new UsageException(
                $"'{Encoding.UTF8.GetString(argument)}' is no path of the image; it begins with /, or with @2/ for partition 2");
        PathSpec volume = PathSpec.Parse(Encoding.UTF8.GetString(argument.AsSpan(0, slash)));
        return new PlacedOperation(volume, make(argument.AsMemory(slash)));
    }
}
