"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const ink = dark ? "#e6e9ee" : "#1c2330";
  const line = dark ? "#333c49" : "#d9dde3";
  const palette = ["#8a94a3", "#d08a2e", "#2f7fb8", "#4d9a57", "#a3559d", "#c4524a", "#3aa3a0", "#7a6bc7", "#94803a", "#d277a6"];
  const axis = { axisLine: { lineStyle: { color: line } }, axisLabel: { color: ink }, splitLine: { lineStyle: { color: line } }, nameTextStyle: { color: ink } };
  const charts = [];

  function draw(id, option) {
    const chart = echarts.init(document.getElementById(id), null, { renderer: "svg" });
    chart.setOption(Object.assign({ animation: false, color: palette, textStyle: { color: ink }, backgroundColor: "transparent" }, option));
    charts.push(chart);
  }

  const legend = { top: 8, type: "scroll", textStyle: { color: ink } };

  const policies = data.policies;
  const groups = data.groups;
  const bars = policies.map((policy, p) => ({
    name: policy, type: "bar", barGap: "10%", itemStyle: { color: palette[p] },
    data: groups.map((group) => data.bars[policy][group].mean)
  }));
  draw("chart-groups", {
    legend, grid: { left: 56, right: 16, top: 48, bottom: 40 },
    tooltip: {
      trigger: "axis",
      formatter: (items) => items[0].name + items.map((item) => {
        const bar = data.bars[item.seriesName][item.name];
        return "<br>" + item.marker + item.seriesName + " " + bar.mean.toFixed(3) + " [" + bar.low.toFixed(3) + ", " + bar.high.toFixed(3) + "]";
      }).join("")
    },
    xAxis: Object.assign({ type: "category", data: groups }, axis),
    yAxis: Object.assign({ type: "value", name: "true utility" }, axis),
    series: bars
  });
  // Whiskers need the pixel position of each bar, which only the drawn chart knows.
  const whiskers = () => {
    const chart = charts[0];
    const elements = [];
    const band = chart.convertToPixel({ xAxisIndex: 0 }, 1) - chart.convertToPixel({ xAxisIndex: 0 }, 0);
    const width = band * 0.8 / (policies.length + 0.1 * (policies.length - 1)); // 20 % category gap, 10 % bar gap
    groups.forEach((group, g) => policies.forEach((policy, p) => {
      const bar = data.bars[policy][group];
      if (!Number.isFinite(bar.low)) { return; }
      const x = chart.convertToPixel({ xAxisIndex: 0 }, g) + (p - (policies.length - 1) / 2) * width * 1.1;
      const top = chart.convertToPixel({ yAxisIndex: 0 }, bar.high);
      const bottom = chart.convertToPixel({ yAxisIndex: 0 }, bar.low);
      [[x, top, x, bottom], [x - 4, top, x + 4, top], [x - 4, bottom, x + 4, bottom]].forEach((s, i) => elements.push({
        id: group + policy + i, type: "line", silent: true, z: 10,
        shape: { x1: s[0], y1: s[1], x2: s[2], y2: s[3] }, style: { stroke: ink, lineWidth: 1.5 }
      }));
    }));
    chart.setOption({ graphic: { elements } });
  };
  if (groups.length > 1) { whiskers(); }

  draw("chart-curves", {
    legend, grid: { left: 56, right: 16, top: 64, bottom: 44 }, tooltip: { trigger: "axis" },
    xAxis: Object.assign({ type: "value", name: "step", nameLocation: "middle", nameGap: 28 }, axis),
    yAxis: Object.assign({ type: "value", name: "reward", scale: true }, axis),
    series: data.curves.map((curve) => ({
      name: curve.policy + " " + curve.group, type: "line", showSymbol: false, data: curve.points,
      lineStyle: { type: curve.policy === data.curves[0].policy ? "dashed" : "solid", width: 2 },
      color: palette[1 + data.prototypes.indexOf(curve.group) % (palette.length - 1)]
    }))
  });

  const symbols = ["circle", "triangle", "rect", "diamond", "pin", "roundRect"];
  draw("chart-map", {
    legend, grid: { left: 48, right: 16, top: 64, bottom: 36 },
    tooltip: { formatter: (item) => item.seriesName },
    xAxis: Object.assign({ type: "value", scale: true, name: "axis 1", nameLocation: "middle", nameGap: 24 }, axis),
    yAxis: Object.assign({ type: "value", scale: true, name: "axis 2" }, axis),
    series: data.map.map((cloud) => ({
      name: cloud.prototype + " / " + cloud.group, type: "scatter", symbolSize: 8, data: cloud.points,
      symbol: symbols[data.groups.indexOf(cloud.group) % symbols.length],
      color: palette[1 + data.prototypes.indexOf(cloud.prototype) % (palette.length - 1)]
    }))
  });

  window.addEventListener("resize", () => {
    charts.forEach((chart) => chart.resize());
    if (groups.length > 1) { whiskers(); }
  });
})();
