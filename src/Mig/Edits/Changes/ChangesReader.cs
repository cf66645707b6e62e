using System.Text;
using Mig.Core;

namespace Mig.Edits.Changes;

/// <summary>Reads a list of changes (docs/guide/editing.md): one to a line, words as a shell has them, here-documents below.</summary>
/// <param name="name">How the list is called in messages.</param>
/// <param name="folder">The folder that paths of the host are relative to.</param>
public sealed class ChangesReader(string name, string folder, TimeProvider clock)
{
    private const int MaxLength = 64 << 20;

    /// <exception cref="UsageException">A line cannot be understood; the message names it.</exception>
    public IReadOnlyList<PlacedOperation> Read(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxLength)
            throw new UsageException(
                $"{name} has {text.Length} bytes, at most {MaxLength} are read; put large files beside it and name them with 'put'");
        var operations = new List<PlacedOperation>();
        var parser = new ChangeParser(folder, clock);
        int number = 0;
        while (!text.IsEmpty)
        {
            int first = ++number;
            try
            {
                ReadOnlySpan<byte> line = NextLine(ref text);
                List<byte[]> words = WordSplitter.Split(line, out byte[]? delimiter);
                byte[]? document = delimiter is null ? null : ReadDocument(ref text, delimiter, ref number);
                if (words.Count > 0)
                    operations.AddRange(parser.Parse(words, document)
                        .Select(operation => operation with { Source = $"{name}, line {first}" }));
                else if (document is not null)
                    throw new UsageException("a here-document needs something before it, as in 'write /etc/hostname <<EOF'");
            }
            catch (UsageException e)
            {
                throw new UsageException($"{name}, line {first}: {e.Message}");
            }
        }

        return operations;
    }

    private static byte[] ReadDocument(ref ReadOnlySpan<byte> text, byte[] delimiter, ref int number)
    {
        ReadOnlySpan<byte> start = text;
        while (!text.IsEmpty)
        {
            int length = start.Length - text.Length;
            number++;
            if (NextLine(ref text).SequenceEqual(delimiter))
                return start[..length].ToArray();
        }

        throw new UsageException($"the here-document has no end; a line '{Encoding.UTF8.GetString(delimiter)}' is needed");
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return line;
    }
}
