using System.Text;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Operations;
using Mig.Testing;

namespace Mig.Tests.Edits;

/// <summary>What mig does to files is what the tools of the same names do to them on a mounted disk.</summary>
public class OperationTests
{
    private const string Prepare = """
        mkdir -p srv/www/static srv/empty var/cache usr/bin
        echo hello > srv/www/index.html; head -c 300000 /dev/urandom > srv/www/static/large
        echo one > srv/one; ln srv/one srv/second; ln -s one srv/link; ln -s www srv/wwwlink; ln -s /nowhere srv/dangling
        cp srv/one usr/bin/tool; chmod 6755 usr/bin/tool; setfattr -n user.note -v keep usr/bin/tool
        chmod 2775 srv/www; mkfifo srv/pipe
        """;

    [Theory]
    [InlineData("write /srv/one <<EOF\nnew\ncontent\nEOF", "printf 'new\\ncontent\\n' > srv/one")]
    [InlineData("write /srv/link through", "echo through > srv/link")]
    [InlineData("write -p /a/b/c/file text mode=0600 owner=app:www",
        "mkdir -p a/b/c; echo text > a/b/c/file; chmod 600 a/b/c/file; chown 1000:33 a/b/c/file")]
    [InlineData("append /srv/one <<EOF\nmore\nEOF", "echo more >> srv/one")]
    [InlineData("truncate 100000 /srv/www/static/large\ntruncate 2 /srv/one\ntruncate 50000 /srv/link",
        "truncate -s 100000 srv/www/static/large; truncate -s 2 srv/one; truncate -s 50000 srv/one")]
    [InlineData("mkdir /srv/new /srv/other mode=1777\nmkdir -p /srv/www /deep/er", "mkdir -m 1777 srv/new srv/other; mkdir -p deep/er")]
    [InlineData("rm /srv/one /srv/link /srv/pipe\nrm -r /srv/www\nrm -f /nothing", "rm srv/one srv/link srv/pipe; rm -r srv/www")]
    [InlineData("mv /srv/one /srv/renamed\nmv /srv/www /srv/empty\nmv /srv/second /srv/renamed /var/",
        "mv srv/one srv/renamed; mv srv/www srv/empty; mv srv/second srv/renamed var/")]
    [InlineData("mv /srv/one /srv/www/index.html", "mv -f srv/one srv/www/index.html")]
    [InlineData("ln -s ../etc /srv/tolink\nln -s one /srv/www\nln /srv/one /srv/third\nln -s -f /x /srv/link\nln -s -f -n y /srv/wwwlink",
        "ln -s ../etc srv/tolink; ln -s one srv/www; ln srv/one srv/third; ln -sf /x srv/link; ln -sfn y srv/wwwlink")]
    [InlineData("chmod 0640 /srv/one /srv/www\nchmod -R go-w,u+X /srv/www\nchmod u-s,+w /srv/link",
        "chmod 0640 srv/one srv/www; chmod -R go-w,u+X srv/www; chmod u-s,+w srv/link")]
    [InlineData("chown app:www /srv/www/index.html\nchown app: /srv/empty\nchown -R :www /srv/www\nchown 7 /usr/bin/tool\nchown -h app "
        + "/srv/link",
        "chown 1000:33 srv/www/index.html; chown 1000:1001 srv/empty; chown -R :33 srv/www; chown 7 usr/bin/tool; chown -h 1000 srv/link")]
    [InlineData("setfattr user.a 0x00ff /srv/one\nsetfattr user.b 0saGVsbG8= /srv/www\nsetfattr -x user.note /usr/bin/tool",
        "setfattr -n user.a -v 0x00ff srv/one; setfattr -n user.b -v hello srv/www; setfattr -x user.note usr/bin/tool")]
    [InlineData("touch /srv/new\nrm -r /srv/empty\nmkdir /srv/empty\nwrite '/srv/sp ace' \"q\\\"uote\"",
        "touch srv/new; rm -r srv/empty; mkdir srv/empty; echo 'q\"uote' > 'srv/sp ace'")]
    public void ChangesAreThoseOfTheKernel(string changes, string script)
    {
        using var image = new EditedImage(Prepare);
        string before = image.ByMig();
        image.Apply(changes);
        string after = image.ByMig();
        Assert.NotEqual(before, after);
        Assert.Equal(image.ByKernel(script), after);
    }

    [Fact]
    public void TheJudgeSeesOneBitOfAMode()
    {
        using var image = new EditedImage(Prepare);
        image.Apply("chmod 0640 /srv/one");
        Assert.NotEqual(image.ByKernel("chmod 0641 srv/one"), image.ByMig());
    }

    [Fact]
    public void CapabilitiesGoWithTheOwnerAndTheContentAsInTheKernel()
    {
        const string Capability = "0x0100000200200000000000000000000000000000";
        string prepare = $"{Prepare}\nfor f in a b c; do cp srv/one usr/bin/$f; done";
        using var image = new EditedImage(prepare);
        string set = string.Concat("abc".Select(name => $"setfattr security.capability {Capability} /usr/bin/{name}\n"));
        image.Apply($"{set}chown app /usr/bin/a\nappend /usr/bin/b more");
        string script = string.Concat("abc".Select(name => $"setfattr -n security.capability -v {Capability} usr/bin/{name}\n"));
        Assert.Equal(image.ByKernel($"{script}chown 1000 usr/bin/a; echo more >> usr/bin/b"), image.ByMig());
    }

    [Fact]
    public void ModesAreThoseOfChmod()
    {
        using var files = new Testing.TestFolder();
        string[] changes =
        [
            "0", "644", "0755", "4755", "02755", "00755", "u+x", "go-w", "a=r", "=", "+x", "-w", "u=rwx,go=", "u+s,g+s", "ug-s", "+t",
                "o=t", "a+X", "u=g", "g=u-w", "o+u", "go=u",
            "=rX", "u=rw,u+s", "g=rx", "+rwxs", "a-s+x", "ugo=rwxt", "u-x+w", "g=s",
        ];
        int[] modes = [0, 0x1A4, 0x1ED, 0xFFF, 0x9ED, 0x5C0, 0x3FF, 0x49];
        foreach (bool isDirectory in (bool[])[false, true])
        {
            string path = files[isDirectory ? "directory" : "file"];
            if (isDirectory)
                Directory.CreateDirectory(path);
            else
                File.WriteAllText(path, "");
            string cases = string.Join('\n',
                modes.SelectMany(mode => changes.Select(change => $"{Convert.ToString(mode, 8).PadLeft(5, '0')} {change}")));
            string judged = Tool.RunWithInput(
                "bash", cases + "\n", "-euc",
                "umask 022; while read -r mode change; do chmod 0$mode \"$0\"; chmod -- \"$change\" \"$0\" 2>/dev/null || true; stat -c "
                + "%a \"$0\"; done", path);
            string own = string.Concat(modes.SelectMany(mode =>
                changes.Select(change => Convert.ToString(ModeChange.Parse(change).Apply(mode, isDirectory), 8) + "\n")));
            Assert.Equal(judged, own);
        }
    }

    [Theory]
    [InlineData("888")]
    [InlineData("u")]
    [InlineData("z+x")]
    [InlineData("u+q")]
    [InlineData("")]
    [InlineData("77777")]
    public void WhatIsNoModeIsRefused(string mode) => Assert.Throws<UsageException>(() => ModeChange.Parse(mode));

    [Fact]
    public void TimesAreSetToTheNanosecond()
    {
        using var image = new EditedImage(Prepare);
        image.Run(new TouchOperation(Bytes("/srv/one"), new Timestamp(1_700_000_000, 123_456_789)),
            new TouchOperation(Bytes("/srv/www"), new Timestamp(-5, 1)));
        Assert.Equal(
            image.ByKernel("touch -d @1700000000.123456789 srv/one; touch -d @-4.999999999 srv/www; find . -exec true {} +",
                withTimes: true).Split('\n').Where(line =>
                line.Contains("srv/one ", StringComparison.Ordinal) || line.Contains("srv/www ", StringComparison.Ordinal)),
            image.ByMig(withTimes: true).Split('\n')
                .Where(line => line.Contains("srv/one ", StringComparison.Ordinal) || line.Contains("srv/www ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("rm /srv/www", "is a directory; -r removes it")]
    [InlineData("rm -r /", "the root of a volume cannot be removed")]
    [InlineData("rm /nothing", "/nothing does not exist")]
    [InlineData("mkdir /a/b", "/a/ does not exist")]
    [InlineData("chown nobody /srv/one", "the image's /etc/passwd has no user 'nobody'")]
    [InlineData("chown :wwww /srv/one", "no group 'wwww'. Did you mean 'www'?")]
    [InlineData("write /srv/www text", "is a directory")]
    [InlineData("write /srv/dangling text", "does not exist")]
    [InlineData("mv /srv/one /srv/two/", "is no directory to move something into")]
    [InlineData("put missing /srv", "missing does not exist on this machine")]
    public void WhatCannotBeDoneIsSaidWithItsLine(string change, string message)
    {
        using var image = new EditedImage(Prepare);
        MigException error = Assert.ThrowsAny<MigException>(() => image.Apply("# a comment\nchmod 0600 /srv/one\n" + change));
        Assert.StartsWith("changes, line 3: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        using Repository repository = image.Repository.Open();
        Assert.Single(repository.Refs.ReadLog(History.Refs.RefName.Head));
    }

    [Fact]
    public void TheLogHasEachPathOnce()
    {
        using var image = new EditedImage(Prepare);
        EditLog? log = null;
        image.Edit((volume, _) =>
        {
            foreach (var operation in new Mig.Edits.Changes.ChangesReader("changes", "/", TimeProvider.System)
                .Read("touch /new\nchmod 0600 /new\nrm /srv/one\ntouch /srv/one\ntouch /gone\nrm /gone"u8))
                volume.Run(operation);
            log = volume.Logs[0].Log;
        });
        Assert.Equal(["Added /new", "Changed /srv/one"],
            log!.Changes.Select(change => $"{change.Kind} {Encoding.UTF8.GetString(change.Path)}"));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
