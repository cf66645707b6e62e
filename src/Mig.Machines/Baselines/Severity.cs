using System.Globalization;

namespace Mig.Machines.Baselines;

/// <summary>
/// Ranks what feeds say of how bad a vulnerability is: in words, or as a vector. Source: CVSS 3.1, "Base Metrics Equations" and
/// "Qualitative Severity Rating Scale".
/// </summary>
internal static class Severity
{
    private static readonly Dictionary<string, SeverityLevel> Words = new()
    {
        ["unimportant"] = SeverityLevel.Unimportant, ["none"] = SeverityLevel.Unimportant, ["negligible"] = SeverityLevel.Unimportant,
        ["low"] = SeverityLevel.Low, ["medium"] = SeverityLevel.Medium, ["moderate"] = SeverityLevel.Medium,
        ["high"] = SeverityLevel.High, ["important"] = SeverityLevel.High, ["critical"] = SeverityLevel.Critical,
    };

    /// <summary>Returns the rank; null where the feed says none that is known.</summary>
    public static SeverityLevel? Rank(string severity)
    {
        // Debian marks what nobody has looked at with a star.
        string word = severity.Trim().TrimEnd('*').ToLowerInvariant();
        return Words.TryGetValue(word, out SeverityLevel level) ? level : Score(severity) switch
        {
            null => null,
            < 0.1 => SeverityLevel.Unimportant,
            < 4 => SeverityLevel.Low,
            < 7 => SeverityLevel.Medium,
            < 9 => SeverityLevel.High,
            _ => SeverityLevel.Critical,
        };
    }

    // The base score of a vector of CVSS 3; null for anything else.
    private static double? Score(string vector)
    {
        if (double.TryParse(vector, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            return number is >= 0 and <= 10 ? number : null;
        if (!vector.StartsWith("CVSS:3.", StringComparison.Ordinal))
            return null;
        var metrics = new Dictionary<string, string>();
        foreach (string part in vector.Split('/').Skip(1))
        {
            if (part.Split(':') is not [var name, var value] || !metrics.TryAdd(name, value))
                return null;
        }

        bool isChanged = metrics.GetValueOrDefault("S") == "C";
        double? attack = Weigh("AV", ("N", 0.85), ("A", 0.62), ("L", 0.55), ("P", 0.2)),
            complexity = Weigh("AC", ("L", 0.77), ("H", 0.44)),
            privileges = Weigh("PR", ("N", 0.85), ("L", isChanged ? 0.68 : 0.62), ("H", isChanged ? 0.5 : 0.27)),
            interaction = Weigh("UI", ("N", 0.85), ("R", 0.62)),
            loss = 1 - ((1 - Impact("C")) * (1 - Impact("I")) * (1 - Impact("A")));
        double? impact = isChanged ? (7.52 * (loss - 0.029)) - (3.25 * Math.Pow((loss ?? 0) - 0.02, 15)) : 6.42 * loss;
        double? score = impact <= 0 ? 0 : (impact + (8.22 * attack * complexity * privileges * interaction)) * (isChanged ? 1.08 : 1);
        return score is { } sum ? RoundUp(Math.Min(sum, 10)) : null;

        double? Impact(string name) => Weigh(name, ("H", 0.56), ("L", 0.22), ("N", 0));

        double? Weigh(string name, params (string Value, double Weight)[] weights)
        {
            foreach ((string value, double weight) in weights)
            {
                if (metrics.GetValueOrDefault(name) == value)
                    return weight;
            }

            return null;
        }
    }

    // CVSS 3.1, appendix A: rounding that gives the same on all machines.
    private static double RoundUp(double value)
    {
        long scaled = (long)Math.Round(value * 100_000);
        return scaled % 10_000 == 0 ? scaled / 100_000.0 : (Math.Floor(scaled / 10_000.0) + 1) / 10;
    }
}
