using System.Text.RegularExpressions;
using Mig.Transfer.Http;

namespace Mig.Transfer.Tests.Http;

public partial class ServerReportTests
{
    private static readonly RequestLogEntry Entry = new()
    {
        Time = new DateTimeOffset(2026, 1, 31, 13, 0, 0, 5, TimeSpan.FromHours(1)),
        Client = "192.0.2.1",
        Method = "POST",
        Path = "/lab/web/push",
        Status = 200,
        Duration = TimeSpan.FromMilliseconds(12.34),
        User = "ada",
        Repository = "lab/web",
        BytesIn = 123456,
        BytesOut = 78,
    };

    [Fact]
    public void RequestIsOneLine() => Assert.Equal(
        "time=2026-01-31T12:00:00.005Z client=192.0.2.1 user=ada method=POST path=/lab/web/push repository=lab/web status=200 in=123456 "
            + "out=78 ms=12.3",
        Entry.ToString());

    [Theory]
    [InlineData("a b", "path=\"a b\"")]
    [InlineData("a\nstatus=200", "path=\"a\\u{a}status=200\"")]
    [InlineData("a\"b\\", "path=\"a\\\"b\\\\\"")]
    [InlineData("\u001b[31m\u2028\u202e", "path=\"\\u{1b}[31m\\u{2028}\\u{202e}\"")]
    [InlineData("gr\u00fcn", "path=\"gr\u00fcn\"")]
    [InlineData("", "path=\"\"")]
    public void WhatAStrangerSentStaysInItsField(string path, string shown)
    {
        string line = (Entry with { Path = path, User = null, Error = "no" }).ToString();
        Assert.Contains($" {shown} ", line, StringComparison.Ordinal);
        Assert.Contains(" user=- ", line, StringComparison.Ordinal);
        Assert.EndsWith(" error=no", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, char.IsControl);
    }

    [Fact]
    public void MetricsHaveTheFormOfPrometheus()
    {
        var metrics = new ServerMetrics();
        metrics.Begin();
        metrics.Begin();
        metrics.End("GET", 200, TimeSpan.FromSeconds(0.02), 0, 1000);
        metrics.Begin();
        metrics.End("BREW\"}\n", 418, TimeSpan.FromSeconds(400), 10, 20);
        metrics.Add(ServerCounter.Pushes);
        string text = metrics.ToString();
        foreach (string line in (string[])
        [
            "mig_http_requests_total{method=\"GET\",status=\"2xx\"} 1", "mig_http_requests_total{method=\"OTHER\",status=\"4xx\"} 1",
                "mig_http_requests_active 1",
            "mig_http_request_duration_seconds_bucket{le=\"0.01\"} 0", "mig_http_request_duration_seconds_bucket{le=\"0.025\"} 1",
            "mig_http_request_duration_seconds_bucket{le=\"300\"} 1", "mig_http_request_duration_seconds_bucket{le=\"+Inf\"} 2",
            "mig_http_request_duration_seconds_sum 400.02", "mig_http_request_duration_seconds_count 2", "mig_http_received_bytes_total 10",
            "mig_http_sent_bytes_total 1020", "mig_pushes_total 1", "mig_rate_limited_total 0",
        ])
            Assert.Contains($"\n{line}\n", text, StringComparison.Ordinal);
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(Line(), line));
        string[] types = [.. text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal))];
        Assert.Equal(types.Length, types.Distinct().Count());
    }

    [Fact]
    public void ThreadsLoseNoCount()
    {
        var metrics = new ServerMetrics();
        Parallel.For(0, 10_000, _ =>
        {
            metrics.Begin();
            metrics.End("GET", 200, TimeSpan.FromSeconds(1), 1, 2);
        });
        string text = metrics.ToString();
        Assert.Contains("\nmig_http_request_duration_seconds_sum 10000\n", text, StringComparison.Ordinal);
        Assert.Contains("{method=\"GET\",status=\"2xx\"} 10000\n", text, StringComparison.Ordinal);
        Assert.Equal((0, 10_000, 20_000),
            (metrics.ActiveRequests, metrics.Get(ServerCounter.BytesReceived), metrics.Get(ServerCounter.BytesSent)));
    }

    // The text format of Prometheus: a comment with a type or help, or a sample.
    [GeneratedRegex(
        """^(# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge|histogram))|[a-z_]+(\{[a-z]+="[^"\\]*"(,[a-z]+="[^"\\]*")*\})? [0-9.+eE-]+)$""")]
    private static partial Regex Line();
}
