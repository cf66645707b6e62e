using System.Text;
using System.Text.RegularExpressions;

namespace Mig.Machines.Inventories.Systems;

/// <summary>Patterns for one name, as programs of a machine include files by them. Source: glob(7).</summary>
internal static class IncludePattern
{
    /// <summary>Tells whether a name fits. What begins with a dot must be named.</summary>
    public static bool IsMatch(string pattern, string name) =>
        (name.Length == 0 || name[0] != '.' || pattern.StartsWith('.'))
            && Regex.IsMatch(name, ToExpression(pattern), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static string ToExpression(string pattern)
    {
        var expression = new StringBuilder("^");
        for (int i = 0; i < pattern.Length; i++)
        {
            int end = pattern[i] == '[' ? pattern.IndexOf(']', Math.Min(i + 2, pattern.Length)) : -1;
            if (end > 0)
            {
                string inside = pattern[(i + 1)..end];
                bool isNegated = inside[0] is '!' or '^';
                expression.Append(isNegated ? "[^" : "[")
                    .Append((isNegated ? inside[1..] : inside).Replace(@"\", @"\\", StringComparison.Ordinal)
                    .Replace("[", @"\[", StringComparison.Ordinal).Replace("]", @"\]", StringComparison.Ordinal)
                    .Replace("^", @"\^", StringComparison.Ordinal)).Append(']');
                i = end;
            }
            else
            {
                expression.Append(pattern[i] switch { '*' => ".*", '?' => ".", var letter => Regex.Escape(letter.ToString()) });
            }
        }

        return expression.Append('$').ToString();
    }
}
