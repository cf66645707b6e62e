using Mig.Core;
using Mig.History.Commits;

namespace Mig.Cli.Json;

/// <summary>A commit.</summary>
/// <param name="Refs">Full names of the refs that are on it.</param>
internal sealed record CommitJson(
    string Id,
    string Image,
    IReadOnlyList<string> Parents,
    PersonJson Author,
    PersonJson Committer,
    IReadOnlyList<string> Provenance,
    string Subject,
    string Message,
    IReadOnlyList<string> Refs)
{
    public static CommitJson Of(CommitId id, Commit commit, IReadOnlyList<string> refs) => new(
        id.ToString(),
        commit.Image.ToString(),
        [.. commit.Parents.Select(parent => parent.ToString())],
        PersonJson.Of(commit.Author),
        PersonJson.Of(commit.Committer),
        commit.Provenance,
        commit.Subject,
        commit.Message,
        refs);
}
