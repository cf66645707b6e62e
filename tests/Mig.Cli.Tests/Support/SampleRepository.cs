namespace Mig.Cli.Tests.Support;

/// <summary>A repository with two versions on <c>main</c> and one more on <c>side</c>, made once; tests work on copies.</summary>
/// <remarks><c>v1</c> is an annotated tag on the first commit, <c>light</c> a plain one on the second. HEAD is on <c>main</c>.</remarks>
internal static class SampleRepository
{
    private static readonly Lazy<Workspace> Made = new(Make);

    public static string Folder => Made.Value.Folder;

    private static Workspace Make()
    {
        var workspace = new Workspace();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => workspace.Dispose();
        workspace.Ok("init");
        workspace.Ok("commit", SampleDisks.One, "-m", "golden web server", "-m", "First of its kind.");
        workspace.Ok("tag", "-a", "v1", "-m", "handed over");
        workspace.Ok("branch", "side");
        workspace.SetTime(Workspace.Now + 60);
        workspace.Ok("commit", SampleDisks.Two, "-m", "rename the host");
        workspace.Ok("tag", "light");
        workspace.Ok("checkout", "side");
        workspace.SetTime(Workspace.Now + 120);
        workspace.Ok("commit", SampleDisks.Data, "-m", "only the data");
        workspace.Ok("checkout", "main");
        return workspace;
    }
}
