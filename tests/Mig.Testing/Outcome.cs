using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Mig.Testing;

/// <summary>How a program ended and what it printed.</summary>
public sealed partial record Outcome(string Command, int ExitCode, byte[] OutputBytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    /// <summary>
    /// Output with ids replaced by their numbers in order of appearance: what is on a disk that mke2fs made differs between its versions.
    /// </summary>
    public string Normalized => Normalize(Output);

    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Fails the test unless the program ended like this.</summary>
    public Outcome Ends(int exitCode, string? errorPart = null)
    {
        Assert.True(ExitCode == exitCode, $"{Command} ended with {ExitCode}, not {exitCode}\n{Output}{Error}");
        if (errorPart is not null)
            Assert.Contains(errorPart, Error, StringComparison.Ordinal);
        return this;
    }

    public static string Normalize(string text)
    {
        var names = new List<string>();
        return Id().Replace(text, match =>
        {
            // A short id is the beginning of a long one.
            int index = names.FindIndex(name =>
                name.StartsWith(match.Value, StringComparison.Ordinal) || match.Value.StartsWith(name, StringComparison.Ordinal));
            if (index < 0)
            {
                names.Add(match.Value);
                index = names.Count - 1;
            }

            return $"<{index + 1}>";
        });
    }

    [GeneratedRegex(@"\b[0-9a-f]{64}\b|\b[0-9a-f]{10}\b")]
    private static partial Regex Id();
}
