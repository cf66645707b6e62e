namespace Mig.History.Commits;

/// <summary>Brings what a user wrote into the form of a message.</summary>
public static class MessageText
{
    /// <summary>The first line that is not empty.</summary>
    public static string Subject(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        foreach (ReadOnlySpan<char> line in message.AsSpan().EnumerateLines())
        {
            if (!line.IsWhiteSpace())
                return line.Trim().ToString();
        }

        return "";
    }

    /// <summary>Cleans a message as Git does: no white space at line ends, no empty lines at either end, one line break last.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="commentMarker">Lines that begin with it are left out, as those an editor was offered; null keeps all.</param>
    public static string Clean(string text, char? commentMarker = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = new List<string>();
        foreach (string line in text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal)
            .Split('\n'))
        {
            if (commentMarker is { } marker && line.StartsWith(marker))
                continue;
            string trimmed = line.TrimEnd();
            if (trimmed.Length > 0 || (lines.Count > 0 && lines[^1].Length > 0))
                lines.Add(trimmed);
        }

        while (lines.Count > 0 && lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        return lines.Count == 0 ? "" : string.Join('\n', lines) + "\n";
    }
}
