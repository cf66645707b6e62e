using System.Buffers;
using System.Text;
using Mig.Core;
using Mig.Edits.Accounts;
using Mig.Edits.Operations;

namespace Mig.Edits.Changes;

/// <summary>One line of a list of changes, its flags and settings taken out.</summary>
internal sealed class ChangeLine(string verb, IReadOnlyList<byte[]> words, byte[]? document)
{
    private static readonly string[] SettingNames = ["mode", "owner", "time"];

    private static readonly SearchValues<byte> ModeLetters = SearchValues.Create("rwxXstugo,+-="u8);

    private readonly HashSet<char> _flags = [];
    private byte[]? _document = document;

    public string Verb => verb;

    /// <summary>The words that are neither flags nor settings.</summary>
    public List<byte[]> Arguments { get; } = [];

    public NodeSettings Settings { get; private set; } = NodeSettings.None;

    public bool Has(char flag) => _flags.Contains(flag);

    /// <summary>Takes flags (<c>-rf</c>, until <c>--</c>) and settings (<c>mode=0644</c>) out of the words.</summary>
    /// <param name="flags">Each letter that may stand here.</param>
    /// <param name="settings">Each name that may stand here, with spaces between.</param>
    public void Allow(string flags, string settings, TimeProvider clock)
    {
        string[] allowed = settings.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool isOpen = true;
        foreach (byte[] word in words.Skip(1))
        {
            if (isOpen && word.AsSpan().SequenceEqual("--"u8))
                isOpen = false;
            else if (isOpen && word.Length > 1 && word[0] == (byte)'-' && !(verb == "chmod" && Arguments.Count == 0 && IsMode(word)))
                TakeFlags(Encoding.UTF8.GetString(word.AsSpan(1)), flags);
            else if (!isOpen || !TrySet(word, allowed, clock))
                Arguments.Add(word);
        }
    }

    public void Expect(int least, int most, string usage)
    {
        if (Arguments.Count < least || Arguments.Count > most)
            throw new UsageException($"{Arguments.Count} arguments; it is written: {usage}");
    }

    /// <summary>Returns the text of a file: the last word with a newline after it, or the here-document; one path is left.</summary>
    public byte[] TakeContent(string usage)
    {
        if (_document is { } content)
        {
            Expect(1, 1, usage);
            _document = null;
            return content;
        }

        Expect(2, 2, usage);
        byte[] text = [.. Arguments[1], (byte)'\n'];
        Arguments.RemoveAt(1);
        return text;
    }

    public void ExpectDocumentUsed()
    {
        if (_document is not null)
            throw new UsageException($"'{verb}' takes no here-document; 'write' and 'append' do");
    }

    private void TakeFlags(string letters, string allowed)
    {
        foreach (char letter in letters)
        {
            if (!allowed.Contains(letter, StringComparison.Ordinal))
                throw new UsageException(
                    $"'{verb}' has no "
                    + $"-{letter}{(allowed.Length == 0 ? "" : $"; it has {string.Join(", ", allowed.Select(flag => $"-{flag}"))}")}");
            _flags.Add(letter);
        }
    }

    private bool TrySet(byte[] word, string[] allowed, TimeProvider clock)
    {
        string text = Encoding.UTF8.GetString(word);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? "" : text[..equals];
        if (!SettingNames.Contains(name))
            return false;
        if (!allowed.Contains(name))
            throw new UsageException($"'{verb}' does not take {name}=");
        string value = text[(equals + 1)..];
        Settings = name switch
        {
            "mode" => Settings with { Mode = ModeChange.Parse(value) },
            "owner" => Settings with { Owner = OwnerName.Parse(value) },
            _ => Settings with { ModifiedTime = EditTime.Parse(value, clock) },
        };
        return true;
    }

    // "-x" takes a right away; "-R" is a flag.
    private static bool IsMode(byte[] word) => !word.AsSpan(1).ContainsAnyExcept(ModeLetters);
}
