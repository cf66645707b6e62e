namespace Mig.Core.Host;

/// <summary>Writes words into commands that people copy into a shell.</summary>
public static class ShellText
{
    /// <summary>Returns a word as a POSIX shell reads it back, in quotes only where it needs them.</summary>
    public static string Quote(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or '+' or ',' or ':' or '@')
            ? word : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }
}
