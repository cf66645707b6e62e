using System.Text.Json;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>Baselines in a repository, what images keep of them, and how commands end because of it.</summary>
public sealed class ComplyTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public ComplyTests()
    {
        _workspace.Ok("init", "-q");
        _workspace.Ok("commit", "-q", SampleDisks.Server, "-m", "a server");
        _workspace.Ok("branch", "hosts/a");
        _workspace.Ok("branch", "hosts/b");
        Write("web.rules", "package openssh-server present\npackage telnetd absent\n");
    }

    [Fact]
    public void A_baseline_travels_and_a_collection_keeps_it()
    {
        _workspace.Mig("baseline", "set", "web", "web.rules").Ends(0, "baseline web is set");
        _workspace.Mig("baseline", "set", "web", "web.rules").Ends(0, "baseline web is that already");
        Write("bad.rules", "package x\n");
        _workspace.Mig("baseline", "set", "web", "bad.rules").Ends(2, "baseline web, line 1: ");
        _workspace.Mig("baseline", "set", "-x", "web.rules").Ends(2);
        string text = File.ReadAllText(_workspace["web.rules"]);
        _workspace.Ok("gc", "-q", "--prune=now");
        Assert.Equal(text, _workspace.Ok("baseline", "show", "web"));
        _workspace.Ok("init", "-q", "--bare", "there.mig");
        _workspace.Ok("push", "-q", "there.mig", "main", "refs/baselines/*:refs/baselines/*");
        _workspace.Ok("clone", "-q", "there.mig", "clone");
        _workspace.Ok("-C", "clone", "fetch", "-q", "origin", "refs/baselines/*:refs/baselines/*");
        Assert.Equal(text, _workspace.Ok("-C", "clone", "baseline", "show", "web"));
        Assert.Equal("web  2 rules\n", _workspace.Ok("-C", "clone", "baseline"));
        _workspace.Ok("-C", "clone", "fsck", "-q");
        _workspace.Mig("-C", "clone", "comply").Ends(5);
        _workspace.Ok("baseline", "drop", "web");
        _workspace.Mig("baseline", "show", "web").Ends(1, "there is no baseline 'web'");
        _workspace.Mig("comply").Ends(2, "the repository has no baseline");
    }

    [Fact]
    public void Each_end_has_a_code_and_all_forms_say_the_same()
    {
        _workspace.Mig("comply", "--baseline", "web.rules", "hosts/*").Ends(5);
        Write("kept.rules", "package openssh-server present\n");
        _workspace.Mig("comply", "--baseline", "kept.rules", "hosts/*").Ends(0);
        _workspace.Mig("comply", "--baseline", "kept.rules", "nothing/*").Ends(1, "no branch matches 'nothing/*'");
        _workspace.Mig("comply", "--baseline", "none.rules").Ends(1, "there is no baseline 'none.rules'");
        _workspace.Ok("commit", "-q", SampleDisks.Data, "-m", "no system");
        Assert.Contains("not seen: the operating system", _workspace.Mig("comply", "--baseline", "kept.rules", "main").Ends(6).Error,
            StringComparison.Ordinal);
        string[] lines = _workspace.Mig("comply", "--baseline", "web.rules", "--json", "main", "hosts/a").Ends(5).Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using JsonDocument document = JsonDocument.Parse(string.Concat(lines));
        JsonElement[] images = [.. document.RootElement.EnumerateArray().Where(item => item.TryGetProperty("state", out _))];
        Assert.Equal(["unknown", "broken"], images.Select(image => image.GetProperty("state").GetString()));
        Assert.Equal(["kept", "broken"], images[1].GetProperty("rules").EnumerateArray().Select(rule => rule
            .GetProperty("state").GetString()));
        Assert.Equal("telnetd", images[1].GetProperty("rules")[1].GetProperty("findings")[0].GetProperty("subject").GetString());
    }

    // What an image or a baseline says is text, whatever it is.
    [Fact]
    public void A_page_holds_nothing_but_text()
    {
        Write("evil.rules", "file \"/<script>alert(1)</script>&\" present\npackage telnetd absent\n");
        _workspace.Mig("comply", "--baseline", "evil.rules", "--html", "page.html", "hosts/*").Ends(5);
        string page = File.ReadAllText(_workspace["page.html"]);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
        Assert.Contains("<th>hosts/b</th>", page, StringComparison.Ordinal);

        // The judge reads the page as a browser would: it has a cell for each image and rule.
        string judged = Tool.Run("python3", "-c", """
            import sys, html.parser
            class P(html.parser.HTMLParser):
                tags = []
                def handle_starttag(self, tag, attrs): self.tags.append(tag)
            p = P(); p.feed(open(sys.argv[1]).read()); print(p.tags.count('td'), p.tags.count('script'))
            """, _workspace["page.html"]);
        Assert.Equal("4 0", judged.Trim());
    }

    [Fact]
    public void A_remediation_says_what_was_done_and_what_was_not()
    {
        Write("few.rules", "service ssh off\npackage nothing present\n");
        Assert.Contains("Would change 2 of 2 branches", _workspace.Mig("remediate", "-n", "--baseline", "few.rules", "hosts/*")
            .Ends(5).Output,
            StringComparison.Ordinal);
        string output = _workspace.Mig("remediate", "--baseline", "few.rules", "hosts/*").Ends(5).Output;
        Assert.Contains("left: package nothing present: it needs nothing; '--source DIR' says where packages are", output,
            StringComparison.Ordinal);
        Assert.Contains("2 of 2 branches moved, to 1 new image", output, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(
            _workspace.Mig("remediate", "--baseline", "few.rules", "--json", "hosts/a").Ends(5).Output);
        Assert.False(document.RootElement[0].TryGetProperty("after", out _));
        _workspace.Mig("remediate", "--undo").Ends(0);
        _workspace.Mig("remediate", "--undo").Ends(1, "no remediation to undo");
        _workspace.Mig("remediate", "--baseline", "few.rules").Ends(2, "name branches");
        _workspace.Mig("remediate", "--baseline", "few.rules", "hosts/c").Ends(1, "there is no branch 'hosts/c'");
    }

    public void Dispose() => _workspace.Dispose();

    private void Write(string name, string text) => File.WriteAllText(_workspace[name], text);
}
