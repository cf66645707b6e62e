using System.Text;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.Images.Export;
using Mig.Store.Locks;
using Mig.Versions.Branches;
using Mig.Versions.Commits;

namespace Mig.Edits.Building;

/// <summary>
/// Builds a machine from a Migfile: each step is a commit, and one that was made before from the same version and the same inputs is taken
/// (docs/decisions/0056-build.md). Branches and tags move at the end, all or none.
/// </summary>
public sealed class ImageBuilder(Repository repository)
{
    private const string WorkPrefix = "mig-build-";
    private const string LockFile = "build.lock";
    private const int MaxDifferences = 1000;

    /// <summary>Forgets the steps that were made before; what no branch or tag leads to goes with the next collection.</summary>
    /// <returns>How many versions were kept.</returns>
    public int Forget() => new BuildMemory(repository).Forget();

    /// <exception cref="BuildStepException">A step failed; it says which line. No branch or tag moved.</exception>
    /// <exception cref="ConflictException">Another build runs in this repository.</exception>
    public BuildResult Run(BuildRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Branch is { } wanted)
            _ = RefName.Branch(wanted); // a name that cannot be is refused before the work
        using FileLock one = FileLock.Acquire(Path.Combine(repository.Folder, LockFile), "build", TimeSpan.Zero);
        RemoveWork();
        string branch = WorkPrefix + Guid.NewGuid().ToString("n");

        // Steps are nobody's versions yet: hooks hear of the result alone.
        using Repository quiet = Repository.Open(repository.Folder, repository.Context with
        {
            ConfigOverrides = [.. repository.Context.ConfigOverrides, "core.hooksPath=/dev/null"],
        });
        var work = new BuildWork(quiet, request, new BuildContext(request.Context), branch, cancellation);
        try
        {
            return Build(request, work, cancellation);
        }
        finally
        {
            RemoveWork();
        }
    }

    private BuildResult Build(BuildRequest request, BuildWork work, CancellationToken cancellation)
    {
        var memory = new BuildMemory(repository);
        IReadOnlyList<BuildLine> lines = request.File.Lines;
        var tags = new List<(BuildLine Line, CommitId At)>();
        var exports = new List<(BuildLine Line, CommitId At)>();
        CommitId? at = null, before = null;
        int cached = 0;
        bool isKnown = true; // in a dry run, until a step would have to be made
        for (int i = 0; i < lines.Count; i++)
        {
            BuildLine line = lines[i];
            Report(null, false);
            In(line, () =>
            {
                cancellation.ThrowIfCancellationRequested();
                switch (line.Word)
                {
                    case "ENV":
                        Set(line, work);
                        break;
                    case "TAG" or "EXPORT":
                        CheckOutput(line, request);
                        if (at is { } now)
                            (line.Word == "TAG" ? tags : exports).Add((line, now));
                        break;
                    case "FROM" when BaseSpec.Parse(request.File, line) is null:
                        at = repository.Revisions.ResolveCommit(line.Arguments[0]);
                        break;
                    default:
                        Step(line);
                        return;
                }

                Report(at, false);
            });

            void Report(CommitId? made, bool isCached) => request.Reports(new BuildStep(i + 1, lines.Count, line, made, isCached));

            void Step(BuildLine step)
            {
                if (!isKnown)
                    return;
                ObjectId key = KeyOf(step, at, work);
                CommitId? known = memory.Find(key);
                if (known is not null && request.UsesMemory)
                {
                    cached++;
                    at = known;
                    Report(at, true);
                    return;
                }

                if (request.DryRun)
                {
                    (isKnown, at) = (false, null);
                    return;
                }

                before = known;
                CommitId made = work.Run(step, at, key);

                // What was read may have changed since it was looked at.
                if (KeyOf(step, at, work) == key)
                    memory.Add(key, made);
                at = made;
                Report(at, false);
            }
        }

        if (request.DryRun || at is not { } result)
            return new BuildResult(request.DryRun && !isKnown ? null : at, lines.Count, cached, null);
        foreach ((BuildLine line, CommitId from) in exports)
            In(line, () => Export(line, from, request, cancellation));
        Publish(request, tags, result, cancellation);
        return new BuildResult(result, lines.Count, cached, before is { } old && !request.UsesMemory ? Compare(old, result) : null);

        void In(BuildLine line, Action action)
        {
            try
            {
                action();
            }
            catch (Exception e) when (e is MigException and not BuildStepException or IOException)
            {
                throw new BuildStepException(request.File.Path, line, e);
            }
        }
    }

    private static void Set(BuildLine line, BuildWork work)
    {
        foreach (string word in line.Arguments)
        {
            int at = word.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
                throw new UsageException($"'{word}' sets no variable; 'NAME=VALUE' does");
            work.Variables[word[..at]] = word[(at + 1)..];
        }
    }

    private static void CheckOutput(BuildLine line, BuildRequest request)
    {
        if (line.Word == "TAG")
            _ = RefName.Parse(RefName.TagPrefix + line.Arguments[0]);
        else if (!ImageExporter.Formats.Contains(line.Arguments[0]))
            throw new UsageException($"'{line.Arguments[0]}' is no format; there are {string.Join(", ", ImageExporter.Formats)}");
        else if (!request.Overwrites && File.Exists(line.Arguments[1]))
            throw new ConflictException($"{line.Arguments[1]} is there already; --force writes over it");
    }

    private static ObjectId KeyOf(BuildLine line, CommitId? at, BuildWork work)
    {
        var text = new StringBuilder("mig build 1\0");
        foreach (string word in (string[])[at?.ToString() ?? "", line.Word, line.Text, .. work.InputsOf(line, at)])
            text.Append(word).Append('\0');
        return ObjectId.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private void Export(BuildLine line, CommitId from, BuildRequest request, CancellationToken cancellation) =>
        new ImageExporter(repository).Export(
            new ExportRequest
            {
                Revision = from.ToString(), Path = Path.GetFullPath(line.Arguments[1]), Format = line.Arguments[0],
                Overwrite = request.Overwrites, Progress = request.Progress,
            },
            cancellation);

    private void Publish(BuildRequest request, List<(BuildLine Line, CommitId At)> tags, CommitId result, CancellationToken cancellation)
    {
        if (request.Branch is null && tags.Count == 0)
            return;
        var publication = new Publication(repository, PublicationHooks.Replay, request.NoVerify, cancellation: cancellation);
        publication.Offer(result);
        string reason = $"build: {request.File.Path}";
        if (request.Branch is { } name)
        {
            RefName branch = RefName.Branch(name);
            publication.Move(branch, repository.Refs.Resolve(branch) ?? default, result, reason);
        }

        foreach ((BuildLine line, CommitId at) in tags)
            publication.Move(RefName.Parse(RefName.TagPrefix + line.Arguments[0]), null, at, reason);
        publication.Complete([result]);
    }

    // Paths that differ between two builds of the same steps.
    private List<string>? Compare(CommitId before, CommitId after)
    {
        ImageId old = repository.Objects.ReadCommit(before).Image, now = repository.Objects.ReadCommit(after).Image;
        var paths = new List<string>();
        if (old == now)
            return paths;
        foreach (VolumePair pair in ImagePairing.PairVolumes(repository.Objects.ReadImage(old), repository.Objects.ReadImage(now)))
        {
            new TreeDiff(repository.Store, PathLimits.None).Visit(pair.Before?.Root, pair.After?.Root, change =>
            {
                paths.Add("/" + Encoding.UTF8.GetString(change.Path.Span));
                return paths.Count < MaxDifferences;
            });
        }

        if (paths.Count == 0)
            paths.Add("(only what lies outside of files)");
        return paths;
    }

    private void RemoveWork()
    {
        List<Ref> left = [.. repository.Refs.List(RefName.BranchPrefix + WorkPrefix)];
        if (left.Count == 0)
            return;
        RefTransaction transaction = repository.Refs.BeginTransaction(ReflogSignature.Of(repository));
        left.ForEach(item => transaction.Delete(item.Name, null, "build"));
        transaction.Commit();
    }
}
