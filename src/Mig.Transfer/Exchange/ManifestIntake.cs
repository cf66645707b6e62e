using Mig.Core;
using Mig.History.Graph;
using Mig.Store;

namespace Mig.Transfer.Exchange;

/// <summary>Takes in one object that is no content: checks its form, notes what it needs, and hands it to the writer.</summary>
internal static class ManifestIntake
{
    /// <param name="lacks">Given each thing that it names and that is neither here nor has come.</param>
    /// <exception cref="CorruptStoreException">It breaks its format.</exception>
    public static void Take(ReceivedObject item, ClosureCheck closure, ObjectWriter writer, Action<ObjectReference> lacks)
    {
        closure.Receive(item.Id, item.Kind);
        foreach (ObjectReference reference in item.GetReferences())
        {
            if (closure.Require(reference, item.Id))
                lacks(reference);
        }

        writer.AddObject(item.Kind, item.Payload.Span);
    }
}
