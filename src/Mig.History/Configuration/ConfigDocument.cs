using System.Text;
using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Configuration;

/// <summary>The text of a configuration file, and changes to it that leave comments and layout alone.</summary>
public sealed class ConfigDocument
{
    private readonly string _source;
    private readonly ConfigScope _scope;
    private string _text;
    private List<ConfigItem> _items;

    private ConfigDocument(string text, string source, ConfigScope scope)
    {
        _text = text;
        _source = source;
        _scope = scope;
        _items = ParseItems(text);
    }

    /// <summary>The settings in the order of the file.</summary>
    public IReadOnlyList<ConfigEntry> Entries =>
        [.. _items.Where(i => !i.IsHeader).Select(i => new ConfigEntry(KeyOf(i), i.Value, _scope, _source, i.Line))];

    /// <summary>Parses a text.</summary>
    /// <exception cref="CorruptStoreException">HIST-020: the repository's configuration is malformed.</exception>
    /// <exception cref="UsageException">Another configuration is malformed.</exception>
    public static ConfigDocument Parse(string text, string source, ConfigScope scope)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ConfigDocument(text, source, scope);
    }

    /// <summary>Returns all values of a setting; null stands for a name without <c>=</c>.</summary>
    public IReadOnlyList<string?> GetAll(ConfigKey key) => [.. Find(key).Select(i => i.Value)];

    /// <summary>Gives a setting one value.</summary>
    /// <exception cref="ConflictException">It has several; say <see cref="ReplaceAll"/> or <see cref="Add"/>.</exception>
    public void Set(ConfigKey key, string value)
    {
        List<ConfigItem> found = Find(key);
        if (found.Count > 1)
            throw new ConflictException($"{key} has {found.Count} values in {_source}; add another one or replace all");
        if (found.Count == 0)
        {
            Add(key, value);
            return;
        }

        Replace(found[0], value);
        Check(GetAll(key) is [var now] && now == value);
    }

    /// <summary>Gives a setting one value in place of all it has.</summary>
    public void ReplaceAll(ConfigKey key, string value)
    {
        while (Find(key) is { Count: > 1 } found)
            Remove(found[^1]);
        Set(key, value);
    }

    /// <summary>Gives a setting one more value.</summary>
    public void Add(ConfigKey key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        string line = $"\t{key.Name} = {Quote(value)}\n";
        int before = Find(key).Count;
        ConfigItem? last = _items.FindLast(i => i.Section == key.Section && i.Subsection == key.Subsection);
        if (last is null)
        {
            string start = _text.Length == 0 || _text.EndsWith('\n') ? _text : _text + "\n";
            SetText(start + HeaderOf(key.Section, key.Subsection) + "\n" + line);
        }
        else
        {
            int end = RestOfLineIsFree(last.End) ? LineEnd(last.End) : last.End;
            bool ownLine = end < _text.Length && _text[end] == '\n' && RestOfLineIsFree(last.End);
            SetText(ownLine ? _text.Insert(end + 1, line) : _text.Insert(end, "\n" + line));
        }

        Check(GetAll(key).Count == before + 1 && GetAll(key)[^1] == value);
    }

    /// <summary>Takes a setting away, with all its values; an empty section goes with it.</summary>
    /// <returns>How many values it had.</returns>
    public int Unset(ConfigKey key)
    {
        int count = 0;
        while (Find(key) is [.., var last])
        {
            Remove(last);
            count++;
        }

        return count;
    }

    /// <summary>Renames a section, as a branch or remote is renamed.</summary>
    /// <returns>Whether there was one.</returns>
    public bool RenameSection(string section, string? subsection, string newSection, string? newSubsection)
    {
        CheckSection(newSection, newSubsection);
        bool found = false;
        for (int i = _items.Count - 1; i >= 0; i--)
        {
            ConfigItem item = _items[i];
            if (!item.IsHeader || !IsSection(item, section, subsection))
                continue;
            SetText(string.Concat(_text.AsSpan(0, item.Start), HeaderOf(newSection, newSubsection), _text.AsSpan(item.NameEnd)));
            found = true;
        }

        return found;
    }

    /// <summary>Takes a section away with all it holds.</summary>
    /// <returns>Whether there was one.</returns>
    public bool RemoveSection(string section, string? subsection)
    {
        bool found = false;
        for (int i = _items.Count - 1; i >= 0; i--)
        {
            if (!_items[i].IsHeader || !IsSection(_items[i], section, subsection))
                continue;
            int next = _items.FindIndex(i + 1, item => item.IsHeader);
            int end = next < 0 ? _text.Length : _items[next].Start;
            SetText(_text.Remove(_items[i].Start, end - _items[i].Start));
            found = true;
        }

        return found;
    }

    public override string ToString() => _text;

    private static ConfigKey KeyOf(ConfigItem item) => new(item.Section, item.Subsection, item.Name!);

    private static bool IsSection(ConfigItem item, string section, string? subsection) =>
        item.Section.Equals(section, StringComparison.OrdinalIgnoreCase) && item.Subsection == subsection;

    private static void CheckSection(string section, string? subsection)
    {
        if (!ConfigKey.IsSection(section) || (subsection is not null && !ConfigKey.IsSubsection(subsection)))
            throw new UsageException($"'{section}' cannot be the name of a section: letters, digits and dashes only");
    }

    private static string HeaderOf(string section, string? subsection) => subsection is null
        ? $"[{section}]"
        : $"[{section} \"{subsection.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"]";

    private static string Quote(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Contains('\0', StringComparison.Ordinal) || !Utf8Text.IsWellFormed(value))
            throw new UsageException("the value of a setting must be text without NUL");
        var quoted = new StringBuilder();
        foreach (char c in value)
        {
            _ = c switch
            {
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                '\b' => quoted.Append("\\b"),
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                _ => quoted.Append(c),
            };
        }

        bool needsQuotes = value.Length > 0 && (value[0] == ' ' || value[^1] == ' ' || value.AsSpan().IndexOfAny(";#\r") >= 0);
        return needsQuotes ? $"\"{quoted}\"" : quoted.ToString();
    }

    private List<ConfigItem> Find(ConfigKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _items.FindAll(i => i.Name == key.Name && i.Section == key.Section && i.Subsection == key.Subsection);
    }

    private void Replace(ConfigItem item, string value)
    {
        string written = item.Value is null ? " = " + Quote(value) : Quote(value);
        if (item.Value is not null && item.ValueStart > 0 && _text[item.ValueStart - 1] == '=')
            written = " " + written;
        SetText(string.Concat(_text.AsSpan(0, item.ValueStart), written, _text.AsSpan(item.ValueEnd)));
    }

    private void Remove(ConfigItem item)
    {
        int headerStart = _items.FindLast(i => i.IsHeader && i.Start < item.Start)!.Start;
        int lineStart = item.Start == 0 ? 0 : _text.LastIndexOf('\n', item.Start - 1) + 1;
        bool ownLine = _text.AsSpan(lineStart, item.Start - lineStart).IsWhiteSpace();
        int end = ownLine && item.End < _text.Length ? _text.IndexOf('\n', item.End) + 1 : item.End;
        SetText(_text.Remove(ownLine ? lineStart : item.Start, end - (ownLine ? lineStart : item.Start)));

        // A header with nothing below it, not even a comment, has served its time.
        int index = _items.FindLastIndex(i => i.IsHeader && i.Start <= headerStart);
        ConfigItem header = _items[index];
        int next = index + 1 < _items.Count ? _items[index + 1].Start : _text.Length;
        bool last = index + 1 == _items.Count || _items[index + 1].IsHeader;
        if (last && _text.AsSpan(header.NameEnd, next - header.NameEnd).IsWhiteSpace())
            SetText(_text.Remove(header.Start, next - header.Start));
    }

    private bool RestOfLineIsFree(int offset)
    {
        ReadOnlySpan<char> rest = _text.AsSpan(offset, LineEnd(offset) - offset).TrimStart();
        return rest.IsEmpty || rest[0] is '#' or ';';
    }

    private int LineEnd(int offset)
    {
        int end = _text.IndexOf('\n', offset);
        return end < 0 ? _text.Length : end;
    }

    private void SetText(string text)
    {
        _items = ParseItems(text);
        _text = text;
    }

    private static void Check(bool holds)
    {
        if (!holds)
            throw new InvalidOperationException("a configuration file does not read as it was written");
    }

    private List<ConfigItem> ParseItems(string text)
    {
        try
        {
            return ConfigParser.Parse(text);
        }
        catch (FormatException e)
        {
            throw ConfigFile.Malformed(_scope, _source, e.Message);
        }
    }
}
