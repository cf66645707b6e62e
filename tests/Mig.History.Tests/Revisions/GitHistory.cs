using System.Globalization;
using System.Text;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Revisions;

/// <summary>Histories of random shape, made by <c>git fast-import</c>. Commit n has subject n.</summary>
internal static class GitHistory
{
    /// <summary>Adds commits 1..count; branch <c>c{n}</c> is at commit n when <paramref name="branches"/> says so.</summary>
    public static void Add(GitRepository git, Random random, int count, bool skewedClocks, int mostParents = 2, bool branches = true)
    {
        var stream = new StringBuilder();
        for (int i = 1; i <= count; i++)
        {
            int seconds = 1_700_000_000 + (skewedClocks ? random.Next(count) * 10 : i * 10) + random.Next(2);
            _ = stream.Append(CultureInfo.InvariantCulture,
                $"commit refs/heads/c{i}\nmark :{i}\ncommitter T <t@x> {seconds} +0000\ndata "
                + $"{i.ToString(CultureInfo.InvariantCulture).Length + 1}\n{i}\n\n");
            int parents = i == 1 || random.Next(25) == 0 ? 0 : random.Next(3) == 0 ? Math.Min(i - 1, random.Next(2, mostParents + 1)) : 1;
            var chosen = new List<int>();
            while (chosen.Count < parents)
            {
                int parent = Math.Max(1, i - 1 - random.Next(Math.Min(i, 6)));
                if (!chosen.Contains(parent))
                    chosen.Add(parent);
                else if (i <= parents + 1)
                    break;
            }

            for (int p = 0; p < chosen.Count; p++)
                _ = stream.Append(CultureInfo.InvariantCulture, $"{(p == 0 ? "from" : "merge")} :{chosen[p]}\n");
            _ = stream.Append('\n');
        }

        if (!branches)
            _ = stream.Append(CultureInfo.InvariantCulture, $"reset refs/heads/main\nfrom :{count}\n\n");
        (int exit, _, string errors) = git.TryRun(stream.ToString(), "fast-import", "--quiet");
        Assert.True(exit == 0, errors);
        _ = git.Run("symbolic-ref", "HEAD", branches ? $"refs/heads/c{count}" : "refs/heads/main");
    }
}
