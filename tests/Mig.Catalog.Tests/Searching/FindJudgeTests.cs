using System.Text;
using Mig.Catalog.Searching;
using Mig.Catalog.Tests.Support;
using Mig.Core;
using Mig.Images.Searching;
using Mig.Testing;

namespace Mig.Catalog.Tests.Searching;

/// <summary>What is found in a disk is what <c>find</c> and <c>sha256sum</c> find where the kernel has mounted it.</summary>
public sealed class FindJudgeTests : IDisposable
{
    private const string Fill = """
        cd "$1"
        mkdir -p etc/conf.d usr/bin usr/share/empty many srv/deep/deeper
        echo web01 > etc/hostname; echo web01 > srv/deep/deeper/copy; : > etc/conf.d/empty; : > usr/share/empty/none
        printf 'NAME=test\n' > etc/os-release
        head -c 3000000 /dev/zero | tr '\0' 'x' > usr/bin/large; head -c 1048576 /dev/zero > usr/bin/zeros; head -c 1048577 /dev/zero > usr/bin/zeros1
        head -c 10240 /dev/zero > usr/bin/ten; head -c 10241 /dev/zero > usr/bin/more
        echo tool > usr/bin/tool; chmod 4755 usr/bin/tool; ln usr/bin/tool usr/bin/second-name; ln usr/bin/tool srv/third-name; ln etc/hostname etc/conf.d/name.conf
        echo g > usr/bin/gid; chmod 2711 usr/bin/gid; chmod 1777 srv/deep; mkfifo srv/pipe; mknod srv/null c 1 3; ln -s ../etc srv/link; ln -s "$(printf 'x%.0s' {1..200})" srv/longlink
        printf a > "$(printf 'srv/new\nline')"; printf b > "$(printf 'srv/bad\377')"; printf c > 'srv/st*r'; printf d > srv/grün
        for ((i = 0; i < 3000; i++)); do echo $i > many/file$i; done; ln many/file7 many/also7; ln many/file2999 etc/far
        chown 1000:1001 srv/grün etc/conf.d; chown 0:4294967294 'srv/st*r'
        touch -d '2001-02-03 04:05:06 UTC' etc/os-release; touch -d '1930-01-01 UTC' srv/grün; touch -d '2030-01-01 00:00:00 UTC' many/file5; touch -d '3 days ago' many/file6
        find . -xdev -newermt '5 minutes ago' ! -path ./many/file5 -exec touch -h -d '2020-06-01 12:00:00 UTC' {} +
        """;

    private readonly SearchedRepository _repository = new();
    private readonly Mount _mount;

    public FindJudgeTests()
    {
        Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-b", "1024", "-N", "8192", _repository.Files["disk"], "48M");
        using (Mount mount = Mount.Image(_repository.Files["disk"]))
            Tool.Run("bash", "-euc", Fill, "fill", mount.Path);
        _repository.Commit("disk");
        _mount = Mount.Image(_repository.Files["disk"], "ro,noload");
    }

    [Fact]
    public void FindAgreesOnEveryCondition()
    {
        (string Find, EntryConditions Conditions)[] cases =
        [
            ("-name 'file1*'", new() { Names = [new Glob("file1*")] }),
            ("-name 'second-name'", new() { Names = [new Glob("second-name")] }),
            ("-name '*'", new() { Names = [new Glob("*")] }),
            ("-name '?*[0-9]'", new() { Names = [new Glob("?*[0-9]")] }),
            ("-name 'st\\*r' -o -name 'also*'", new() { Names = [new Glob("st\\*r"), new Glob("also*")] }),
            ("-path '*/etc/*'", new() { Paths = [new Glob("*/etc/*")] }),
            ("-path './srv/*deep*'", new() { Paths = [new Glob("/srv/*deep*")] }),
            ("-path './*/bin/tool'", new() { Paths = [new Glob("/*/bin/tool")] }),
            ("-path './usr/*a*e'", new() { Paths = [new Glob("/usr/*a*e")] }),
            ("-type f -size +10k", new() { Sizes = ConditionText.Size("+10k") }),
            ("-type f -size 10k", new() { Sizes = ConditionText.Size("10k") }),
            ("-type f -size -2k", new() { Sizes = ConditionText.Size("-2k") }),
            ("-type f -size 0", new() { Sizes = ConditionText.Size("0") }),
            ("-type f -size 1M", new() { Sizes = ConditionText.Size("1M") }),
            ("-type f -size 6c", new() { Sizes = ConditionText.Size("6") }),
            ("-perm /4000", new() { Mode = ConditionText.Mode("setuid") }),
            ("-perm -2001", new() { Mode = ConditionText.Mode("-2001") }),
            ("-perm /7000", new() { Mode = ConditionText.Mode("/7000") }),
            ("-perm 0644", new() { Mode = ConditionText.Mode("0644") }),
            ("-perm /0", new() { Mode = ConditionText.Mode("/0") }),
            ("-uid 1000", new() { Uid = 1000 }),
            ("-gid 4294967294", new() { Gid = 4294967294 }),
            ("-uid 1000 -gid 1001 -type d", new() { Uid = 1000, Gid = 1001, Type = ConditionText.Type("d") }),
            ("-type l", new() { Type = ConditionText.Type("l") }),
            ("-type p", new() { Type = ConditionText.Type("p") }),
            ("-type c", new() { Type = ConditionText.Type("c") }),
            ("-type d", new() { Type = ConditionText.Type("d") }),
            ("-type f -name '*name*' -perm /4000",
                new() { Type = ConditionText.Type("f"), Names = [new Glob("*name*")], Mode = ConditionText.Mode("/4000") }),
            ("-mtime -7", new() { ModifiedTimes = ConditionText.ModifiedTime("-7", TimeProvider.System) }),
            ("-mtime +4000", new() { ModifiedTimes = ConditionText.ModifiedTime("+4000", TimeProvider.System) }),
            ("-mtime 3", new() { ModifiedTimes = ConditionText.ModifiedTime("3", TimeProvider.System) }),
            ("-newermt @981173105 ! -newermt @981173106", new() { ModifiedTimes = new ValueRange(981173106, 981173106) }),
        ];
        var answers = new HashSet<string>();
        foreach ((string find, EntryConditions conditions) in cases)
        {
            SortedSet<string> expected = Find($"\\( {find} \\)"), actual = Paths(_repository.Search(conditions));
            Assert.True(expected.SetEquals(actual),
                $"{find}: only find: {string.Join(' ', expected.Except(actual).Take(5))}; only mig: "
                + $"{string.Join(' ', actual.Except(expected).Take(5))}");
            Assert.NotEmpty(expected);
            answers.Add(string.Join('\0', expected));
        }

        // The judge tells the cases apart.
        Assert.True(answers.Count >= cases.Length - 2, $"{answers.Count} different answers");
    }

    [Fact]
    public void ChecksumsAreFoundUnderEveryName()
    {
        ILookup<string, string> sums = Tool.Run("bash", "-c", "cd \"$1\"; find . -type f -print0 | xargs -0 sha256sum -z | tr '\\0' '\\1'",
            "sums", _mount.Path).Split('\u0001', StringSplitOptions.RemoveEmptyEntries)
            .ToLookup(line => line[..64], line => line[68..]);
        Assert.True(sums.Count > 3000);
        foreach (IGrouping<string, string> sum in sums.Where(group => group.Count() > 1).Concat(sums.Take(20)))
        {
            // Names that are not UTF-8 came through a text; the other test has them.
            if (sum.Any(path => path.Contains('\uFFFD', StringComparison.Ordinal)))
                continue;
            Assert.True(ObjectId.TryParse(sum.Key, out ObjectId id));
            IEnumerable<string> found = _repository.Search(new() { Contents = [id] }).Found.Select(entry =>
                Encoding.UTF8.GetString(entry.Path.Span));
            Assert.Equal(sum.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        }

        List<ObjectId> all = [.. sums.Select(sum => ObjectId.TryParse(sum.Key, out ObjectId id) ? id : default)];
        Assert.True(Find("-type f").SetEquals(Paths(_repository.Search(new() { Contents = all }))));
        Assert.Empty(_repository.Search(new() { Contents = [ObjectId.Of("nobody has this"u8)] }).Found);
    }

    [Fact]
    public void SeveralDisksAreToldApart()
    {
        Tool.Run("mke2fs", "-q", "-F", "-t", "ext2", _repository.Files["data"], "2M");
        using (Mount data = Mount.Image(_repository.Files["data"]))
            File.WriteAllText(data["hostname"], "web01\n");
        _repository.Commit("disk", "data");
        IEnumerable<string> found = _repository.Search(new() { Contents = [ObjectId.Of("web01\n"u8)] }).Found.Select(entry =>
            $"{entry.Volume}/{Encoding.UTF8.GetString(entry.Path.Span)}");
        Assert.Equal(["/etc/conf.d/name.conf", "/etc/hostname", "/srv/deep/deeper/copy", "@data/hostname"],
            found.Order(StringComparer.Ordinal));
        Assert.Single(_repository.Search(new() { Paths = [new Glob("@data/h*")] }).Found);
    }

    public void Dispose()
    {
        _mount.Dispose();
        _repository.Dispose();
    }

    private SortedSet<string> Find(string expression)
    {
        // As bytes: one character for each.
        string hex = Tool.Run("bash", "-c", $"cd \"$1\"; find . {expression} -print0 2>/dev/null | od -An -v -tx1", "find", _mount.Path);
        byte[] bytes = Convert.FromHexString(string.Concat(hex.Where(char.IsAsciiHexDigit)));
        return new SortedSet<string>(Encoding.Latin1.GetString(bytes).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(path => path.Length == 1 ? "" : path[2..]), StringComparer.Ordinal);
    }

    private static SortedSet<string> Paths(SearchAnswer answer) =>
        new(answer.Found.Select(entry => Encoding.Latin1.GetString(entry.Path.Span)), StringComparer.Ordinal);
}
