using System.Text;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Machines.Verification;

namespace Mig.Images.Verification;

/// <summary>Compares the files of a machine with what its package databases recorded when they were installed.</summary>
public sealed class PackageVerifier(Repository repository)
{
    // Nobody expects that all of this came with packages.
    private static readonly HashSet<string> WithoutPackages =
        ["dev", "home", "lost+found", "media", "mnt", "proc", "root", "run", "srv", "sys", "tmp", "var"];

    /// <param name="volume">The volume with the operating system, without a path; null for the one that has it.</param>
    /// <param name="revision">How the user called the image, for messages.</param>
    /// <param name="wantsExtra">Whether files that no package has are wanted, too.</param>
    /// <exception cref="NotFoundException">There is no such volume; or no package database that records files, though all was
    /// seen.</exception>
    public VerificationReport Verify(
        MachineImage image, PathSpec? volume, string revision, bool wantsExtra, CancellationToken cancellation = default) =>
        Verify(image, volume, revision, wantsExtra, null, cancellation);

    /// <inheritdoc cref="Verify(MachineImage, PathSpec?, string, bool, CancellationToken)"/>
    /// <param name="records">The records of dpkg that count, by their paths, and no others; null for all.</param>
    internal VerificationReport Verify(MachineImage image, PathSpec? volume, string revision, bool wantsExtra,
        IReadOnlySet<string>? records, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(image);
        var coverage = new CoverageReader(repository.Store);
        if (volume is null && !ImageVolumes.WithFiles(image).Any())
            return new VerificationReport(0, [], coverage.ReadWithout(image));
        ImagePath root = new ImageBrowser(repository).Find(image, volume ?? PathSpec.Root, revision);
        var files = new MachineFiles(repository.Store, repository.Context.Parallelism, image, root.Volume);
        var recorded = new List<RecordedFile>();
        var owned = new HashSet<string>();
        var warnings = new List<string>();
        Collect(() => DpkgFiles.Read(files, recorded, owned, cancellation, records));
        if (records is null)
        {
            Collect(() => RpmFiles.Read(files, recorded, owned));
            Collect(() => ApkFiles.Read(files, recorded, owned));
        }

        ImageCoverage seen = coverage.Read(image, root.Volume, files, isChosen: volume is not null).With(warnings);
        if (recorded.Count == 0 && seen.IsComplete && records is null)
            throw new NotFoundException($"{revision} has no package database that records files: those of dpkg, rpm and apk do");
        var directories = new MachineDirectories(files);
        List<FileFinding> findings = Compare(recorded, directories, cancellation);
        if (wantsExtra)
            findings.AddRange(FindExtra(files, [.. owned.Select(directories.RealPath)], cancellation));
        findings.Sort((left, right) => string.CompareOrdinal(left.Path, right.Path));
        return new VerificationReport(recorded.Count(record => !record.IsPresenceOnly), findings, seen);

        void Collect(Action read)
        {
            try
            {
                read();
            }
            catch (CorruptImageException e)
            {
                warnings.Add(e.Message);
            }
        }
    }

    private List<FileFinding> Compare(List<RecordedFile> recorded, MachineDirectories directories, CancellationToken cancellation)
    {
        var findings = new List<FileFinding>();
        var contents = new List<(RecordedFile Record, TreeEntry Entry)>();
        foreach (RecordedFile record in recorded)
        {
            cancellation.ThrowIfCancellationRequested();
            if (directories.Find(record.Path)?.Entry is not { } entry)
            {
                if (!record.IsOptional)
                    findings.Add(new FileFinding(FindingKind.Missing, record.Path, record.Package, record.IsConfiguration, "", ""));
            }
            else if (record.IsPresenceOnly)
            {
                continue;
            }
            else if (entry.Type == TreeEntryType.SymbolicLink)
            {
                CompareLink(record, entry, findings);
            }
            else if (entry.Type != TreeEntryType.File || record.IsLink == true)
            {
                findings.Add(Changed(record, record.IsLink == true ? "symbolic link" : "regular file", EntryWords.Describe(entry.Type)));
            }
            else
            {
                contents.Add((record, entry));
            }
        }

        foreach (IGrouping<DigestAlgorithm, (RecordedFile Record, TreeEntry Entry)> group in contents.GroupBy(item =>
            item.Record.Algorithm))
        {
            IReadOnlyDictionary<ObjectId, string> digests =
                new ContentDigests(repository.Store, repository.Folder, repository.Context.Parallelism)
                .Compute(group.Key, group.Where(item => item.Record.Digest.Length > 0).Select(item => item.Entry), cancellation);
            foreach ((RecordedFile record, TreeEntry entry) in group)
            {
                string actual = entry.Sha256 is { } id ? digests.GetValueOrDefault(id, "") : "";
                if (record.Digest.Length > 0 && record.Digest != actual)
                    findings.Add(Changed(record, record.Digest, actual));
                else if (record.Mode is { } mode && mode != entry.Mode)
                    findings.Add(new FileFinding(FindingKind.Mode, record.Path, record.Package, record.IsConfiguration, Octal(mode),
                        Octal(entry.Mode)));
            }
        }

        return findings;
    }

    // dpkg has no checksums of links, so what has one was a file; apk has a digest of their target.
    private static void CompareLink(RecordedFile record, TreeEntry link, List<FileFinding> findings)
    {
        string target = Encoding.UTF8.GetString(link.LinkTarget.Span);
        if (record.LinkTarget is { } expected ? expected != target : record.IsLink == false)
            findings.Add(Changed(record, record.LinkTarget ?? "regular file", target));
        else if (record is { Algorithm: DigestAlgorithm.Sha1, LinkTarget: null, Digest.Length: > 0 } && Convert.ToHexStringLower(
            ContentDigests.Hash(record.Algorithm, link.LinkTarget.Span)) is var digest && digest != record.Digest)
            findings.Add(Changed(record, record.Digest, digest));
    }

    private static FileFinding Changed(RecordedFile record, string expected, string actual) =>
        new(FindingKind.Changed, record.Path, record.Package, record.IsConfiguration, expected, actual);

    private static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');

    private static IEnumerable<FileFinding> FindExtra(MachineFiles files, HashSet<string> owned, CancellationToken cancellation)
    {
        var folders = new Stack<string>();
        folders.Push("");
        while (folders.TryPop(out string? folder))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (MachineFile file in files.List(folder))
            {
                if (file.Entry.Type == TreeEntryType.Directory)
                {
                    if (folder.Length > 0 || !WithoutPackages.Contains(file.Path))
                        folders.Push(file.Path);
                }
                else if (!owned.Contains(file.Path))
                {
                    yield return new FileFinding(FindingKind.Extra, file.Path, "", false, "", "");
                }
            }
        }
    }
}
