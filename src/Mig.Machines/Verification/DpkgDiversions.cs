namespace Mig.Machines.Verification;

/// <summary>Files of packages that stand elsewhere, because another package has taken their place. Source: dpkg-divert(1).</summary>
internal sealed class DpkgDiversions
{
    private readonly Dictionary<string, (string To, string By)> _diversions = [];

    /// <param name="text">Three lines each: from, to, and the package whose file takes the place, or a colon.</param>
    public static DpkgDiversions Parse(string text)
    {
        var diversions = new DpkgDiversions();
        string[] lines = text.Split('\n');
        for (int i = 0; i + 2 < lines.Length; i += 3)
            diversions._diversions[lines[i].TrimStart('/')] = (lines[i + 1].TrimStart('/'), lines[i + 2]);
        return diversions;
    }

    /// <summary>Returns where a package's file stands.</summary>
    public string Apply(string path, string package) =>
        _diversions.TryGetValue(path, out (string To, string By) diversion) && diversion.By != package ? diversion.To : path;
}
