using System.Text;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Changes;
using Mig.Edits.Operations;
using Mig.History.Revisions;
using Mig.Tests.Support;

namespace Mig.Tests.Edits;

/// <summary>A repository with one disk that is changed through mig.</summary>
internal abstract class EditedDisk : IDisposable
{
    public TestRepository Repository { get; } = new();

    /// <summary>Changes the version with mig.</summary>
    public EditResult Edit(Action<VolumeChanges, Repository> apply)
    {
        using Repository repository = Repository.Open();
        return new ImageEditor(repository).Commit(
            new EditRequest { Message = "an edit" },
            edit => apply(new VolumeChanges(repository, edit, "HEAD", new PathSpec(null, null, default)), repository),
            TestContext.Current.CancellationToken);
    }

    public EditResult Apply(string changes) => Edit((volume, _) =>
    {
        foreach (PlacedOperation operation in new ChangesReader("changes", Repository.Files.Path, TimeProvider.System)
            .Read(Encoding.UTF8.GetBytes(changes)))
            volume.Run(operation);
    });

    public EditResult Run(params EditOperation[] operations) => Edit((volume, _) =>
    {
        foreach (EditOperation operation in operations)
            volume.Run(new PlacedOperation(new PathSpec(null, null, default), operation));
    });

    public void Dispose() => Repository.Dispose();
}
