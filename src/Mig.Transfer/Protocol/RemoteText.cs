using System.Text;

namespace Mig.Transfer.Protocol;

/// <summary>Puts what another machine says into a message of ours, so that nobody takes it for ours.</summary>
/// <remarks>Control characters stay; whoever prints the message makes them visible.</remarks>
internal static class RemoteText
{
    private const int MaxLength = 4096;
    private const int MaxLines = 40;
    private const string Prefix = "\nremote: ";

    /// <summary>Cuts a text that is too long.</summary>
    public static string Cut(string text) => text.Length <= MaxLength ? text : text[..MaxLength] + " …";

    /// <summary>One line stays on the line; of several, each begins with <c>remote:</c>.</summary>
    public static string Quote(string text)
    {
        string[] lines = Cut(text).ReplaceLineEndings("\n")
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 2)
            return lines.Length == 0 ? "" : lines[0];
        var quoted = new StringBuilder();
        foreach (string line in lines.Take(MaxLines))
            quoted.Append(Prefix).Append(line);
        if (lines.Length > MaxLines)
            quoted.Append(Prefix).Append('…');
        return quoted.ToString();
    }
}
