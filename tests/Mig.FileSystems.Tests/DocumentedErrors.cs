using System.Text.RegularExpressions;
using Mig.Testing;

namespace Mig.FileSystems.Tests;

/// <summary>The codes of <c>docs/errors.md</c>, each of which has a test.</summary>
internal static class DocumentedErrors
{
    /// <summary>Returns the codes of a format, such as EXT4.</summary>
    public static IEnumerable<string> Read(string format) =>
        Regex.Matches(ReadText("docs/errors.md"), $@"^\| ({format}-[0-9]{{3}}) \|", RegexOptions.Multiline)
            .Select(static match => match.Groups[1].Value);

    /// <summary>Reads a file of the repository.</summary>
    public static string ReadText(string path) => File.ReadAllText(Checkout.PathOf(path));
}
