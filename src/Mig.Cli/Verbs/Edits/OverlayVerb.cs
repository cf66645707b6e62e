using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Core.Host;
using Mig.Edits.Changes;
using Mig.Edits.Layers;
using Mig.History.Revisions;

namespace Mig.Cli.Verbs.Edits;

internal sealed class OverlayVerb : EditVerb
{
    public const string Summary = "Lays a folder or a container layer over a version";

    private readonly Option<bool> _keepLinks =
        new("--keep-directory-symlink") { Description = "Keeps a link to a directory where the layer has a directory, such as /lib" };

    public OverlayVerb()
        : base("overlay", Summary, "BRANCH")
    {
        Add(_keepLinks);
        AddCommon();
    }

    public override IReadOnlyList<string> Usage =>
        [$"overlay [--keep-directory-symlink] {CommonUsage} BRANCH[:@2] (DIR | LAYER.tar[.gz|.zst] | -)..."];

    public override string Description =>
        "Files of a layer replace those that are there; directories merge. Owners are numbers, as the layer has them. Whiteouts\n"
        + "of OCI (.wh.NAME, .wh..wh..opq) and, in folders, of overlayfs remove what is below. Several layers go on top of each\n"
        + "other, in one commit. The owner, mode and time of the layer's own folder ('./') are not used. Nothing in a layer leads\n"
        + "out of the volume.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig overlay HEAD rootfs/ -m 'our configuration'", "lays a folder over the current branch"),
        ("mig overlay web base.tar.gz app.tar.zst", "lays two container layers over the branch web"),
        ("tar c -C build . | mig overlay HEAD -", "takes a layer from standard input"),
    ];

    public override CompletionKind Completes => CompletionKind.Branches;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] given = Require(arguments, 2, "mig overlay HEAD layer.tar.gz");
        (string revision, PathSpec? named) = PathArgument.Parse(given[0]);
        PathSpec place = named ?? PathSpec.Root;
        if (!place.Path.IsEmpty)
            throw new UsageException($"a layer goes over a whole volume; leave '{place}' out, or name a volume only, as in HEAD:@2");
        foreach (string layer in given[1..])
        {
            if (layer != "-" && LibC.LookAt(layer) == FileType.Missing)
                throw new NotFoundException($"{layer} does not exist");
        }

        string names = string.Join(' ', given[1..]
            .Select(layer => layer == "-" ? "-" : Path.GetFileName(Path.TrimEndingDirectorySeparator(layer))));
        return Commit(arguments, session, revision, place, $"overlay {names}", changes =>
        {
            foreach (string layer in given[1..])
                Apply(new ImageLayer(session.Repository, arguments.GetValue(_keepLinks)) { Name = layer == "-" ? "standard input" : layer },
                    changes, place, layer, session);
        });
    }

    private static void Apply(ImageLayer overlay, VolumeChanges changes, PathSpec place, string layer, Session session)
    {
        if (layer != "-" && LibC.LookAt(layer) == FileType.Directory)
        {
            overlay.ApplyFolder(changes, place, layer, session.Cancellation);
            return;
        }

        if (layer != "-")
        {
            InputFile.Read(layer, file => overlay.ApplyArchive(changes, place, file, session.Cancellation));
            return;
        }

        using Stream archive = session.OpenInput();
        overlay.ApplyArchive(changes, place, archive, session.Cancellation);
    }
}
