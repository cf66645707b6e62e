using Mig.Core;
using Mig.Exchange.Serving;
using Mig.History.Refs;
using Mig.Store;
using Mig.Store.Exchange;
using Mig.Tests.Support;
using Mig.Transfer.Protocol;
using Mig.Transfer.Serving;

namespace Mig.Hostile.Tests;

/// <summary>Pushes whatever a repository holds, unread: mig itself would stop at what it cannot read.</summary>
internal static class HostilePusher
{
    /// <summary>Pushes a branch with all objects that there are.</summary>
    /// <returns>What the other side says is wrong; null when it took the push.</returns>
    public static string? Push(string from, string branch, string to, string toBranch)
    {
        using Repository source = TestRepository.Open(from);
        List<(ObjectId Id, ObjectKind Kind)> all = [.. source.Store.FindByPrefix("")];
        ObjectId tip = source.Refs.Read(RefName.Branch(branch))!.Id;
        string? refusal = Ask(to, new RequestMessage(Verbs.Put),
            SentFrames.Of(source, [.. all.Where(item => item.Kind == ObjectKind.Blob).Select(item => item.Id)]));
        var push = new RequestMessage(Verbs.Push) { Updates = [new UpdateMessage($"refs/heads/{toBranch}", null, tip.ToString(), true)] };
        return refusal ?? Ask(to, push,
            SentFrames.Of(source, [.. all.Where(item => item.Kind != ObjectKind.Blob).Select(item => item.Id)]));
    }

    private static string? Ask(string folder, RequestMessage request, List<byte[]> frames)
    {
        using var message = new MemoryStream();
        var writer = new MessageWriter(message);
        writer.WriteJson(RecordType.Request, request, ProtocolJson.Default.RequestMessage);
        frames.ForEach(frame => writer.Write(RecordType.Frame, frame));
        writer.End();
        message.Position = 0;
        var answer = new MemoryStream();
        using (RepositoryService service = ServedRepository.Open(folder, TestRepository.Context))
            service.Run(message, answer, TestContext.Current.CancellationToken);
        var reader = new MessageReader(new MemoryStream(answer.ToArray()), "the server");
        string? refusal = null;
        while (reader.TryRead())
        {
            if (reader.Type == RecordType.Error)
                return reader.ParseJson(ProtocolJson.Default.ErrorMessage).Text;
            if (reader.Type == RecordType.Json)
                refusal = reader.ParseJson(ProtocolJson.Default.ResultsMessage).Refusals[0];
        }

        return refusal;
    }
}
