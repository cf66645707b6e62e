using System.Text;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.History.Checks;

/// <summary>
/// Proves of images what cannot be said of one object alone: that layouts fit their disks, lists their files, hard links their volume, and
/// that directories keep to the limits. Receipt, <c>mig fsck</c> and the catalogue ask here; what can be said of one object is checked by
/// whoever reads it. Parts that images share are looked at once. For one thread.
/// </summary>
public sealed class ImageCheck
{
    private readonly IObjectSource _store;
    private readonly TreeSurvey _survey;
    private readonly LayoutCheck _layouts;
    private readonly HardLinkCheck _links;
    private readonly HashSet<ObjectId> _sound = [];

    public ImageCheck(IObjectSource store, Limits limits, CancellationToken cancellation = default)
    {
        _store = store;
        _survey = new TreeSurvey(store, limits, new ContentListCheck(store), cancellation);
        _layouts = new LayoutCheck(store);
        _links = new HardLinkCheck(store, _survey);
    }

    /// <exception cref="CorruptStoreException">What is wrong, and with which disk or volume.</exception>
    public void Check(in ImageId id)
    {
        if (_sound.Contains(id.Value))
            return;
        MachineImage image = MachineImage.Read(_store, id);
        foreach (ImageDisk disk in image.Disks)
        {
            if (disk.Layout is { } layout)
                Check(() => _layouts.Check(layout, disk.Length), $"disk {disk.Name}");
            foreach (ImageVolume volume in disk.Volumes)
            {
                if (volume.Root is { } root)
                    Check(() => CheckTree(root.Tree), $"volume {volume.Number} of disk {disk.Name}");
            }
        }

        if (ImageAttachments.Read(_store, image).Count > 0)
            Check(() => CheckTree(image.Attachments!.Value), ImageAttachments.PlaceName);
        _sound.Add(id.Value);
    }

    private void CheckTree(TreeId root)
    {
        if (_sound.Contains(root.Value))
            return;
        _survey.Of(root);
        _links.Check(root);
        _sound.Add(root.Value);
    }

    private static void Check(Action check, string what)
    {
        try
        {
            check();
        }
        catch (CorruptStoreException e)
        {
            throw new CorruptStoreException(e.Code, $"{what}: {e.Detail}", e);
        }
    }
}
