using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Versions;
using Mig.Testing;

namespace Mig.Tests.Images.Inventories;

/// <summary>
/// The order of versions against the programs that decide it, on generated pairs; where there is none here, against the tables of their
/// documentation.
/// </summary>
public sealed partial class VersionOrderTests
{
    private const int Seed = 20261122;

    [Fact]
    public void DebianVersionsAreOrderedAsDpkgOrdersThem()
    {
        List<(string Left, string Right)> pairs = Pairs(1500, "0129azAZ+.~", isDebian: true);
        string script = string.Concat(
            pairs.Select(pair =>
            $"dpkg --compare-versions '{pair.Left}' {Operator(DebianVersion.Compare(pair.Left, pair.Right))} '{pair.Right}' || echo "
            + $"'{pair.Left} {pair.Right}'\n"));
        Assert.Equal("", Tool.RunWithInput("bash", script));

        // Negative control: the other way round, dpkg objects.
        Assert.NotEqual("", Tool.RunWithInput("bash", "dpkg --compare-versions '1.0~rc1' gt '1.0' || echo wrong\n"));
    }

    [Fact]
    public void RpmVersionsAreOrderedAsRpmOrdersThem()
    {
        using var files = new TestFolder();
        List<(string Left, string Right)> pairs = Pairs(3000, "0129abAB+._~^", isDebian: false);
        string list = files.Write("pairs", string.Concat(pairs.Select(pair => $"{pair.Left} {pair.Right}\n")));
        string answers = Tool.Run("rpm", "--eval",
            $"%{{lua:for l in io.lines('{list}') do local a, b = l:match('(%S+) (%S+)'); print(rpm.vercmp(a, b) .. ' ') end}}");
        int[] expected = [.. answers.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(answer => int.Parse(answer, CultureInfo.InvariantCulture))];
        Assert.Equal(pairs.Count, expected.Length);
        Assert.Equal([], pairs.Where((pair, i) => Math.Sign(RpmVersion.Compare(pair.Left, pair.Right)) != expected[i]));
        Assert.Contains(-1, expected);
        Assert.Contains(1, expected);
    }

    [Fact]
    public void PacmanVersionsAreOrderedAsLibalpmOrdersThem()
    {
        List<(string Left, string Right)> pairs = Pairs(5000, "0129abAB+._", isDebian: false);
        Assert.Equal([], pairs.Where(pair =>
            Math.Sign(PacmanVersion.Compare(pair.Left, pair.Right)) != CompareByLibalpm(pair.Left, pair.Right)));
        Assert.Equal(-1, CompareByLibalpm("1.0-1", "1.0-2"));
    }

    [Fact]
    public void PythonVersionsAreOrderedAsPackagingOrdersThem()
    {
        const string Judge = """
            import sys
            from packaging.version import Version
            for line in sys.stdin:
                a, b = (Version(word) for word in line.split())
                print((a > b) - (a < b))
            """;
        string[] parts = ["1", "1.0", "1.0.0", "1.1", "2!0.1", "1.10", "01.2"], pre = ["", "a1", ".b2", "-rc.1", "c3", "_alpha",
            "preview2"], post = ["", ".post1", "-2", "rev3"], dev = ["", ".dev1", "dev"], local = ["", "+abc.1", "+2"];
        var random = new Random(Seed);
        string Pick(string[] from) => from[random.Next(from.Length)];
        string Make() => Pick(parts) + Pick(pre) + Pick(post) + Pick(dev) + Pick(local);
        List<(string Left, string Right)> pairs = [.. Enumerable.Range(0, 3000).Select(_ => (Make(), Make()))];
        string answers = Tool.RunWithInput(
            "/usr/bin/python3", string.Concat(pairs.Select(pair => $"{pair.Left} {pair.Right}\n")), "-c", Judge);
        int[] expected = [.. answers.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(answer => int.Parse(answer, CultureInfo.InvariantCulture))];
        Assert.Equal(pairs.Count, expected.Length);
        Assert.Equal([], pairs.Where((pair, i) => Math.Sign(PythonVersion.Compare(pair.Left, pair.Right)) != expected[i]));
    }

    // From apk-tools' own tests.
    [Theory]
    [InlineData("2.34", ">", "0.1.0_alpha")]
    [InlineData("0.1.0_alpha", "=", "0.1.0_alpha")]
    [InlineData("0.1.0_alpha", "<", "0.1.3_alpha")]
    [InlineData("0.1.0_alpha_pre2", "<", "0.1.0_alpha")]
    [InlineData("1.0.4-r3", "<", "1.0.4-r4")]
    [InlineData("6.0_p1", ">", "6.0")]
    [InlineData("6.1", ">", "6.0_p1")]
    [InlineData("1.2.3_rc1", "<", "1.2.3")]
    [InlineData("23_foo", ">", "4_beta")]
    [InlineData("1.0.0a", "<", "1.0.0b")]
    [InlineData("1.0", "<", "1.0a")]
    [InlineData("0.12", ">", "0.8")]
    [InlineData("1.001", "<", "1.01")]
    [InlineData("1.0_cvs1", ">", "1.0")]
    [InlineData("2.6.26.8-r1", ">", "2.6.26.8-r0")]
    public void AlpineVersionsAreOrderedAsApkDocuments(string left, string order, string right) =>
        AssertOrder(PackageKind.Apk, left, order, right);

    // The examples of each specification, and what they leave out.
    [Theory]
    [InlineData(PackageKind.Node, "1.0.0-alpha", "<", "1.0.0-alpha.1")]
    [InlineData(PackageKind.Node, "1.0.0-alpha.1", "<", "1.0.0-alpha.beta")]
    [InlineData(PackageKind.Node, "1.0.0-alpha.beta", "<", "1.0.0-beta")]
    [InlineData(PackageKind.Node, "1.0.0-beta.2", "<", "1.0.0-beta.11")]
    [InlineData(PackageKind.Node, "1.0.0-rc.1", "<", "1.0.0")]
    [InlineData(PackageKind.Node, "1.0.0+build", "=", "1.0.0")]
    [InlineData(PackageKind.Go, "v1.9.0", "<", "v1.10.0")]
    [InlineData(PackageKind.Go, "1.21", "=", "1.21.0")]
    [InlineData(PackageKind.Ruby, "1.0.0.pre", "<", "1.0.0")]
    [InlineData(PackageKind.Ruby, "1.0.0-1", "<", "1.0.0")]
    [InlineData(PackageKind.Ruby, "1.0", "=", "1.0.0")]
    [InlineData(PackageKind.Ruby, "1.10", ">", "1.9.9")]
    [InlineData(PackageKind.Ruby, "1.0.b1", "<", "1.0.rc1")]
    [InlineData(PackageKind.Java, "1", "=", "1.0.0")]
    [InlineData(PackageKind.Java, "1-ga", "=", "1")]
    [InlineData(PackageKind.Java, "1-alpha1", "<", "1-beta1")]
    [InlineData(PackageKind.Java, "1-a1", "=", "1-alpha-1")]
    [InlineData(PackageKind.Java, "1-rc", "<", "1-SNAPSHOT")]
    [InlineData(PackageKind.Java, "1-SNAPSHOT", "<", "1")]
    [InlineData(PackageKind.Java, "1", "<", "1-sp")]
    [InlineData(PackageKind.Java, "1-sp", "<", "1-foo")]
    [InlineData(PackageKind.Java, "1-foo2", "<", "1-foo10")]
    [InlineData(PackageKind.Java, "1-1", "<", "1.1")]
    [InlineData(PackageKind.Java, "2.14.1", "<", "2.15.0")]
    public void LanguageVersionsAreOrderedAsTheirSpecificationsSay(PackageKind kind, string left, string order, string right) =>
        AssertOrder(kind, left, order, right);

    private static void AssertOrder(PackageKind kind, string left, string order, string right)
    {
        int expected = order switch { "<" => -1, ">" => 1, _ => 0 };
        Assert.Equal(expected, Math.Sign(VersionOrder.Compare(kind, left, right)));
        Assert.Equal(-expected, Math.Sign(VersionOrder.Compare(kind, right, left)));
    }

    private static string Operator(int order) => order < 0 ? "lt" : order > 0 ? "gt" : "eq";

    // Versions that differ in few places, as neighbours do.
    private static List<(string, string)> Pairs(int count, string alphabet, bool isDebian)
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            string left = Make();
            return (left, random.Next(3) == 0 ? Make() : Change(left));
        })];

        string Make()
        {
            var version = new StringBuilder(random.Next(4) == 0 ? $"{random.Next(3)}:" : "").Append(random.Next(10));
            int length = random.Next(8);
            for (int i = 0; i < length; i++)
                version.Append(alphabet[random.Next(alphabet.Length)]);
            return random.Next(2) == 0 ? version.ToString() : version.Append('-').Append(random.Next(12))
                .Append(random.Next(3) == 0 ? alphabet[random.Next(isDebian ? 8 : alphabet.Length)].ToString() : "").ToString();
        }

        string Change(string version)
        {
            int at = version.IndexOf(':', StringComparison.Ordinal) + 1;
            at += 1 + random.Next(Math.Max(1, version.Length - at - 1));
            if (at >= version.Length || version[at] == '-')
                return version + "1";
            return version[..at] + alphabet[random.Next(alphabet.Length)] + version[(at + random.Next(2))..];
        }
    }

    private static int CompareByLibalpm(string left, string right) => Math.Sign(AlpmCompare(left, right));

    [LibraryImport("libalpm.so.13", EntryPoint = "alpm_pkg_vercmp", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AlpmCompare(string left, string right);
}
