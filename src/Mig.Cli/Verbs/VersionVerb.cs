using System.CommandLine;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Core.Zstd;

namespace Mig.Cli.Verbs;

internal sealed class VersionVerb : Verb
{
    public const string Summary = "Prints the version";

    private readonly Option<bool> _build = new("--build", "--build-options") { Description = "Adds what mig runs on" };

    public VersionVerb()
        : base("version", Summary) => Add(_build);

    /// <summary>The line that <c>mig --version</c> prints.</summary>
    public static string Line => $"mig version {Number} ({(Commit is null ? "" : $"commit {Commit}, ")}{Build})";

    public override IReadOnlyList<string> Usage => ["version [--build] [--json]"];

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig version", "prints the version, as mig --version does"),
        ("mig version --build", "adds what a bug report should say"),
    ];

    public override bool HasJson => true;

    /// <summary>The commit that it was built of (eng/build.sh); null when that is not known.</summary>
    public static string? Commit => typeof(VersionVerb).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "Commit")?.Value is { Length: > 0 } commit ? commit : null;

    /// <summary>What the program is made of.</summary>
    public static string Build => RuntimeFeature.IsDynamicCodeSupported ? "for the .NET runtime" : "native code";

    /// <summary>Such as <c>0.1.0</c>.</summary>
    public static string Number =>
        typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public override int Run(ParseResult arguments, Session session)
    {
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        // The settings of the repository here, where there is one, may choose.
        if (session.IsJson || arguments.GetValue(_build))
            session.FindRepository();
        if (session.IsJson)
        {
            session.WriteJson(new VersionJson(
                Number, Commit, Build, RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription,
                architecture, ZstdLibrary.Current.Name), MigJson.Default.VersionJson);
            return ExitCode.Success;
        }

        session.Output.WriteLine(Line);
        if (arguments.GetValue(_build))
        {
            session.Output.WriteLine($"runtime: {RuntimeInformation.FrameworkDescription}");
            session.Output.WriteLine($"system: {RuntimeInformation.OSDescription}");
            session.Output.WriteLine($"architecture: {architecture}");
            session.Output.WriteLine($"zstd: {ZstdLibrary.Current.Name}");
        }

        return ExitCode.Success;
    }
}
