using System.Text.RegularExpressions;
using Mig.Testing;

namespace Mig.Tests.Images.Inventories;

/// <summary>The guide names who judged what is known of a distribution or language. Each judge that it names must be there.</summary>
public sealed partial class InventoryGuideTests
{
    private const int JudgeColumn = 3;

    [Fact]
    public void EveryJudgeThatTheGuideNamesExists()
    {
        string guide = Checkout.PathOf("docs/guide/inventory.md");
        string[] rows = [.. File.ReadAllLines(guide)
            .SkipWhile(line => !line.StartsWith("## What is known of what", StringComparison.Ordinal))
            .TakeWhile(line => !line.StartsWith("## Bills", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];
        HashSet<string> names = [.. typeof(InventoryGuideTests).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Tests", StringComparison.Ordinal))
            .SelectMany(type => type.GetMethods().Select(method => method.Name).Append(type.Name))];
        Assert.True(rows.Length > 10, "the table is not where it was");
        foreach (string row in rows)
        {
            string judge = row.Split('|')[JudgeColumn];
            string[] named = [.. JudgeName().Matches(judge).Select(match => match.Groups[1].Value)];
            Assert.True(named.Length > 0 || judge.Contains("the same test", StringComparison.Ordinal), $"nobody judged: {row}");
            Assert.All(named, name => Assert.Contains(name, names));
        }
    }

    [GeneratedRegex("`([A-Z][A-Za-z]+)`")]
    private static partial Regex JudgeName();
}
