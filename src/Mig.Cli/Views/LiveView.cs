using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Versions.Compare;
using Mig.Versions.Working.Live;

namespace Mig.Cli.Views;

/// <summary>Prints how a running system differs from a version: a line for each path, as <c>diff --name-status</c> has them.</summary>
internal static class LiveView
{
    public static void Write(LiveStatus status, Session session)
    {
        foreach (LiveChange change in status.Changes)
        {
            string details = change.Details.Length > 0 ? $" ({SafeText.Line(change.Details)})" : "";
            session.Output.WriteLine($"{LetterOf(change.Kind)}\t{SafeText.Line(change.Path)}{details}");
        }

        foreach (PackageChange package in status.Packages)
            session.Output.WriteLine($"package {PackageChangeJson.Word(package)}: {SafeText.Line(package.Name)} {Versions(package)}");
        foreach ((string path, string reason) in status.NotCompared)
            session.Output.WriteLine($"not compared: {SafeText.Line(path)}: {reason}");
        session.Output.WriteLine(
            $"Compared {Sizes.Count(status.Compared, "path")}, and read {Sizes.Bytes(status.HashedBytes)} there: "
            + $"{(status.Changes.Count == 0 ? "none differs" : Sizes.Count(status.Changes.Count, "path differs", "paths differ"))}.");
    }

    private static string Versions(PackageChange package) =>
        string.Join(" -> ", new[] { package.Before, package.After }.OfType<string>().Select(SafeText.Line));

    private static char LetterOf(LiveChangeKind kind) => kind switch
    {
        LiveChangeKind.Added => 'A',
        LiveChangeKind.Deleted => 'D',
        LiveChangeKind.Modified => 'M',
        LiveChangeKind.Metadata => 'm',
        _ => 'T',
    };
}
