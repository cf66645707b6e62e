using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Edits.Packages;
using Mig.Images.Running;

namespace Mig.Cli.Views;

/// <summary>Prints what became of packages, or would.</summary>
internal sealed class PackageView(Session session, bool isDryRun)
{
    /// <summary>Says of each package how it comes in.</summary>
    public void Explain(InstallResult result)
    {
        if (session.IsJson)
        {
            session.WriteJson(InstallJson.Of(result, isDryRun), MigJson.Default.InstallJson);
            return;
        }

        foreach (PlannedPackage package in result.Packages)
        {
            session.Output.WriteLine($"{SafeText.Line(package.Name)} {SafeText.Line(package.Version)}: {NameOf(package.Route)}");
            foreach (string reason in package.Reasons)
                session.Output.WriteLine($"  {SafeText.Line(reason)}");
        }

        if (result.Packages.Count == 0)
            session.Output.WriteLine("There is nothing to install.");
    }

    /// <summary>What mig itself installed.</summary>
    public void Write(InstallResult result)
    {
        if (session.IsJson)
            session.WriteJson(InstallJson.Of(result, isDryRun), MigJson.Default.InstallJson);
        else
            new EditReport(session).Write(result.Edit!, [("", result.Log)], isDryRun);
    }

    /// <summary>What the package manager of the image did.</summary>
    /// <returns>Its exit code.</returns>
    public int Write(IReadOnlyList<PlannedPackage> packages, RunResult result, string branch)
    {
        if (session.IsJson)
            session.WriteJson(InstallJson.Of(packages, result), MigJson.Default.InstallJson);
        else if (result.Commit is { } commit)
            session.Say(CommitReport.LineOf(commit));
        if (result.ExitCode != 0)
            session.Warn($"the package manager of the image ended with {result.ExitCode}; {branch} is as it was");
        return result.ExitCode;
    }

    public static string NameOf(InstallRoute route) => route switch
    {
        InstallRoute.Native => "runs natively",
        InstallRoute.Rewritten => "rewritten",
        _ => "must run",
    };

    /// <summary>Which package must run, and why: the first one, and how many more.</summary>
    public static string WhyOf(IReadOnlyList<PlannedPackage> packages)
    {
        PlannedPackage[] all = [.. packages.Where(package => package.Route == InstallRoute.MustRun)];
        return all.Length == 0 ? "there is nothing to install"
            : $"{all[0].Name} must run in the image: {SafeText.Line(all[0].Reasons[0])}"
                + (all.Length == 1 ? "" : $"; and {all.Length - 1} more");
    }
}
