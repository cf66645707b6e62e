using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>Traces of starts: recorded by a real machine, carried along, and replayed.</summary>
public sealed class TraceTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public TraceTests()
    {
        _workspace.Environment["DISPLAY"] = null;
        _workspace.Environment["WAYLAND_DISPLAY"] = null;
        _workspace.Ok("init");
        BootDisk.Write(_workspace["bios.raw"], "printed at the end", waitsForKeys: true);
        _workspace.Ok("commit", "bios.raw", "-m", "a machine");
    }

    [Fact]
    public void A_trace_is_recorded_travels_and_is_replayed()
    {
        Outcome made = _workspace.Mig("trace", "record", "--until", "at the end", "--accel", "tcg").Ends(0, "what it reads is noted");
        Assert.Contains("printed at the end", made.Output, StringComparison.Ordinal);
        Assert.Contains("has a trace: 256 KiB in 1 range", made.Output, StringComparison.Ordinal);
        Assert.Equal("1\t0\t262144\n", _workspace.Ok("trace", "show"));
        Assert.Equal("", _workspace.Ok("session", "list"));
        _workspace.Ok("gc");
        _workspace.Ok("clone", "-q", "--filter=content", "--no-local", ".", "partial");
        Assert.Equal("1\t0\t262144\n", _workspace.Ok("-C", "partial", "trace", "show", "main"));

        // A later version has what is equal, and no trace of its own. The line at the end is said where something came by it.
        BootDisk.Write(_workspace["bios.raw"], "another");
        _workspace.Ok("commit", "bios.raw", "-m", "another text");
        _workspace.Mig("trace", "show").Ends(1, "has no trace of its own");
        Assert.Contains("another", _workspace.Ok("boot", "--accel", "tcg", "--no-trace"), StringComparison.Ordinal);
        string first = _workspace.Ok("rev-parse", "HEAD~1").Trim();
        _workspace.Ok("trace", "drop", first);
        _workspace.Mig("trace", "drop", first).Ends(1, "has no trace of its own");
        Assert.Equal("", _workspace.Ok("tag"));
    }

    [Fact]
    public void What_cannot_be_is_refused_and_a_damaged_trace_is_left_out()
    {
        _workspace.Mig("trace").Ends(2);
        _workspace.Mig("trace", "show", "a", "b").Ends(2);
        _workspace.Mig("trace", "record", "--for", "soon").Ends(2);
        _workspace.Mig("trace", "record", "--until", "").Ends(2);
        _workspace.Mig("trace", "record", "--memory", "1m").Ends(2);
        BootDisk.Write(_workspace["ends.raw"], "no more");
        _workspace.Ok("commit", "ends.raw", "-m", "ends");
        _workspace.Mig("trace", "record", "--until", "never", "--accel", "tcg").Ends(1, "ended before it printed 'never'");

        // Anybody can make such a tag.
        string id = _workspace.Ok("rev-parse", "HEAD").Trim();
        _workspace.Ok("tag", "notes/trace/" + id, "-m", "trace\n\nmig-trace 1\n1 99999 1", "HEAD");
        _workspace.Mig("trace", "show").Ends(22, "TRACE-001");
        _workspace.Mig("boot", "--snapshot", "--accel", "tcg").Ends(0, "the trace is not replayed any further");
        _workspace.Ok("trace", "drop");
    }

    public void Dispose() => _workspace.Dispose();
}
